package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"argyle-webhooks/infra/local/lambda"
)

// Message is one message as Lambda hands it to a function, its members in the order in which Lambda writes them.
type Message struct {
	MessageID              string               `json:"messageId"`
	ReceiptHandle          string               `json:"receiptHandle"`
	Body                   string               `json:"body"`
	Attributes             map[string]string    `json:"attributes"`
	MessageAttributes      map[string]Attribute `json:"messageAttributes"`
	MD5OfMessageAttributes string               `json:"md5OfMessageAttributes,omitempty"`
	MD5OfBody              string               `json:"md5OfBody"`
	EventSource            string               `json:"eventSource"`
	EventSourceARN         string               `json:"eventSourceARN"`
	AWSRegion              string               `json:"awsRegion"`
}

// Attribute is a message attribute in Lambda's form. Only one of the values is set; the lists are always there and empty.
type Attribute struct {
	StringValue      *string  `json:"stringValue,omitempty"`
	BinaryValue      []byte   `json:"binaryValue,omitempty"`
	StringListValues []string `json:"stringListValues"`
	BinaryListValues [][]byte `json:"binaryListValues"`
	DataType         string   `json:"dataType"`
}

func newMessage(m types.Message) Message {
	message := Message{
		MessageID:              aws.ToString(m.MessageId),
		ReceiptHandle:          aws.ToString(m.ReceiptHandle),
		Body:                   aws.ToString(m.Body),
		Attributes:             map[string]string{},
		MessageAttributes:      map[string]Attribute{},
		MD5OfMessageAttributes: aws.ToString(m.MD5OfMessageAttributes),
		MD5OfBody:              aws.ToString(m.MD5OfBody),
	}
	for name, value := range m.Attributes {
		message.Attributes[name] = value
	}
	for name, value := range m.MessageAttributes {
		message.MessageAttributes[name] = Attribute{
			StringValue:      value.StringValue,
			BinaryValue:      value.BinaryValue,
			StringListValues: []string{},
			BinaryListValues: [][]byte{},
			DataType:         aws.ToString(value.DataType),
		}
	}
	return message
}

// encode is the payload of an invocation with these messages.
func encode(batch []Message) ([]byte, error) {
	payload, err := toJSON(struct {
		Records []Message `json:"Records"`
	}{batch})
	if err != nil {
		return nil, fmt.Errorf("encoding a batch: %w", err)
	}
	return payload, nil
}

// split cuts a batch so that each part's payload stays within Lambda's limit, as Lambda itself does. A message is never more than a part.
func split(batch []Message) [][]Message {
	const frame = len(`{"Records":[]}`)
	var parts [][]Message
	size, start := frame, 0
	for i := range batch {
		length := frame
		if encoded, err := toJSON(batch[i]); err == nil {
			length = len(encoded) + len(",")
		}
		if i > start && size+length > lambda.MaxPayload {
			parts = append(parts, batch[start:i])
			size, start = frame, i
		}
		size += length
	}
	return append(parts, batch[start:])
}

// toJSON leaves out the escapes for HTML that Go adds and Lambda does not.
func toJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}
