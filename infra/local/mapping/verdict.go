package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// verdict reads a function's answer as Lambda does and tells the messages that succeeded from those that failed. An error means that the whole
// batch failed. Without ReportBatchItemFailures every answer is a success. With it
// (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html, "Success and failure conditions", read 2025-11):
//   - complete success: an empty or null batchItemFailures, an empty or null answer;
//   - complete failure: an answer that is not such JSON; an itemIdentifier that is empty, null, under a wrong key or no message of the batch.
func verdict(answer []byte, batch []Message, reportFailures bool) (succeeded, failed []Message, err error) {
	answer = bytes.TrimSpace(answer)
	if !reportFailures || len(answer) == 0 || string(answer) == "null" || string(answer) == `""` {
		return batch, nil, nil
	}
	// Keys are looked up by hand: encoding/json would take BATCHITEMFAILURES as well, which Lambda does not.
	var response map[string]json.RawMessage
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, nil, errors.New("its answer is no batch response")
	}
	var items []map[string]json.RawMessage
	if list, ok := response["batchItemFailures"]; ok {
		if err := json.Unmarshal(list, &items); err != nil {
			return nil, nil, errors.New("batchItemFailures in its answer is no list of objects")
		}
	}
	ids := map[string]bool{}
	for _, message := range batch {
		ids[message.MessageID] = false
	}
	for n, item := range items {
		var id string
		if value, ok := item["itemIdentifier"]; ok {
			// What is no string leaves id empty, which is as bad.
			_ = json.Unmarshal(value, &id)
		}
		if _, known := ids[id]; !known {
			return nil, nil, fmt.Errorf("batchItemFailures[%d] in its answer names no message of the batch", n)
		}
		ids[id] = true
	}
	for _, message := range batch {
		if ids[message.MessageID] {
			failed = append(failed, message)
		} else {
			succeeded = append(succeeded, message)
		}
	}
	return succeeded, failed, nil
}
