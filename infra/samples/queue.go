package samples

import (
	"crypto/md5" //nolint:gosec // SQS's own checksum of a body; nothing is protected by it.
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"argyle-webhooks/shared/argyle"
)

// accountID is the AWS account of everything local.
const accountID = "000000000000"

// batch is what Lambda hands to a worker for its queue, with the members in the order in which Lambda writes them.
type batch struct {
	Records []message `json:"Records"`
}

type message struct {
	MessageID         string               `json:"messageId"`
	ReceiptHandle     string               `json:"receiptHandle"`
	Body              string               `json:"body"`
	Attributes        map[string]string    `json:"attributes"`
	MessageAttributes map[string]attribute `json:"messageAttributes"`
	MD5OfBody         string               `json:"md5OfBody"`
	EventSource       string               `json:"eventSource"`
	EventSourceARN    string               `json:"eventSourceARN"`
	AWSRegion         string               `json:"awsRegion"`
}

type attribute struct {
	StringValue      string   `json:"stringValue"`
	StringListValues []string `json:"stringListValues"`
	BinaryListValues []string `json:"binaryListValues"`
	DataType         string   `json:"dataType"`
}

// Queue is body as a batch of one message that the webhook function sent and SQS hands to the worker of the event's family.
func Queue(body Body) ([]byte, error) {
	received := strconv.FormatInt(receivedAt.UnixMilli(), 10)
	family, known := argyle.Family(body.Event)
	if !known {
		return nil, fmt.Errorf("no worker takes %s", body.Event)
	}
	queue := LogicalID(family, "Queue")
	md5sum := md5.Sum(body.Bytes) //nolint:gosec // as above
	return encode(batch{Records: []message{{
		MessageID:     uuid(body),
		ReceiptHandle: base64.StdEncoding.EncodeToString([]byte(digest(body, 48))),
		Body:          string(body.Bytes),
		Attributes: map[string]string{
			"ApproximateReceiveCount":          "1",
			"SentTimestamp":                    received,
			"SenderId":                         "AROASAMPLE000000000:webhook",
			"ApproximateFirstReceiveTimestamp": received,
		},
		MessageAttributes: map[string]attribute{
			"received_at": text("Number", received),
			"event":       text("String", body.Event),
			"request_id":  text("String", requestID(body)),
		},
		MD5OfBody:      hex.EncodeToString(md5sum[:]),
		EventSource:    "aws:sqs",
		EventSourceARN: "arn:aws:sqs:us-east-1:" + accountID + ":" + queue,
		AWSRegion:      "us-east-1",
	}}})
}

func text(dataType, value string) attribute {
	return attribute{StringValue: value, StringListValues: []string{}, BinaryListValues: []string{}, DataType: dataType}
}

// LogicalID names the part of template.yaml that serves a family of events: the family with a capital, then what kind of part it is, as in
// AccountsFunction and PaystubsQueue.
func LogicalID(family, kind string) string { return strings.ToUpper(family[:1]) + family[1:] + kind }

// digest is n hex digits that stand for one sample: ids made of it are the same each time and differ between samples.
func digest(body Body, n int) string {
	sum := sha256.Sum256([]byte(body.Stem))
	return hex.EncodeToString(sum[:])[:n]
}

func uuid(body Body) string {
	d := digest(body, 32)
	return fmt.Sprintf("%s-%s-4%s-8%s-%s", d[:8], d[8:12], d[13:16], d[17:20], d[20:])
}

// requestID has the form of an HTTP API's request id: 15 characters of base64, padded.
func requestID(body Body) string {
	sum := sha256.Sum256([]byte("request " + body.Stem))
	return base64.StdEncoding.EncodeToString(sum[:11])[:15] + "="
}
