package samples

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrNoEvent is returned for a file that is neither a request in payload form 2.0 nor a batch of SQS messages.
var ErrNoEvent = errors.New("neither an HTTP API request (payload form 2.0) nor an SQS batch")

// Restamp returns event with its receive times set to at: requestContext of an HTTP API request, or the attributes of every message of an
// SQS batch. Everything else stays, the body byte for byte. An event of another form gives [ErrNoEvent].
func Restamp(event []byte, at time.Time) ([]byte, error) {
	fields := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(event))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoEvent, err)
	}
	if request, ok := fields["requestContext"].(map[string]any); ok {
		request["time"] = at.UTC().Format(gatewayTime)
		request["timeEpoch"] = at.UnixMilli()
		return encode(fields)
	}
	messages, ok := fields["Records"].([]any)
	if !ok {
		return nil, ErrNoEvent
	}
	for _, each := range messages {
		message, ok := each.(map[string]any)
		if !ok {
			return nil, ErrNoEvent
		}
		restampMessage(message, strconv.FormatInt(at.UnixMilli(), 10))
	}
	return encode(fields)
}

func restampMessage(message map[string]any, ms string) {
	if attributes, ok := message["attributes"].(map[string]any); ok {
		attributes["SentTimestamp"] = ms
		attributes["ApproximateFirstReceiveTimestamp"] = ms
	}
	if attributes, ok := message["messageAttributes"].(map[string]any); ok {
		if received, ok := attributes["received_at"].(map[string]any); ok {
			received["stringValue"] = ms
		}
	}
}

// IsBatch says whether event is a batch of SQS messages.
func IsBatch(event []byte) bool {
	var batch struct {
		Records []struct {
			EventSource string `json:"eventSource"`
		} `json:"Records"`
	}
	return json.Unmarshal(event, &batch) == nil && len(batch.Records) > 0 && batch.Records[0].EventSource == "aws:sqs"
}

// RequestBody returns the body of an HTTP API request in payload form 2.0 as it was signed. An event of another form gives [ErrNoEvent].
func RequestBody(event []byte) ([]byte, error) {
	var request struct {
		Version         string  `json:"version"`
		Body            *string `json:"body"`
		IsBase64Encoded bool    `json:"isBase64Encoded"`
	}
	if err := json.Unmarshal(event, &request); err != nil || request.Version != "2.0" || request.Body == nil {
		return nil, ErrNoEvent
	}
	if !request.IsBase64Encoded {
		return []byte(*request.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(*request.Body)
	if err != nil {
		return nil, fmt.Errorf("decoding the request's body: %w", err)
	}
	return body, nil
}
