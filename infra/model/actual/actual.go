// Package actual puts what the actual system says into the model's form, so that the two can be compared.
package actual

import (
	"encoding/json"
	"fmt"

	"argyle-webhooks/shared/status"
)

// Status is a user's status as package model has it: as encoding/json decodes it into an any, without revision and updated_at, which are the store's.
func Status(view status.UserStatus) (any, error) {
	text, err := json.Marshal(view)
	if err != nil {
		return nil, fmt.Errorf("writing a status: %w", err)
	}
	var user map[string]any
	if err := json.Unmarshal(text, &user); err != nil {
		return nil, fmt.Errorf("reading a status: %w", err)
	}
	accounts, _ := user["accounts"].([]any)
	for _, each := range accounts {
		account, _ := each.(map[string]any)
		delete(account, "revision")
		delete(account, "updated_at")
	}
	return user, nil
}

// Action is the action for an error code. It is for model.Rules, which does not state the table of codes itself: it is data, and stands once.
func Action(code string) string {
	record := status.Record{Signalled: &status.Signalled{ErrorCode: code, ReceivedAt: 1}}
	return string(record.Status(status.Record{}).Connection.Action)
}
