package main

import (
	"crypto/md5" //nolint:gosec // SQS's own checksum of a body; nothing is protected by it
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"argyle-webhooks/infra/samples"
)

// cloud answers for Secrets Manager, SQS and DynamoDB at once and with next to no work, so that a function is measured and not a Java server beside it. A
// table in it keeps what was put and gives it back; conditions always hold.
type cloud struct {
	url    string
	server *http.Server

	mu    sync.Mutex
	items map[string]json.RawMessage
	calls map[string]int // by operation, such as SendMessage
	body  string         // the last message body and its checksum, which are the same again and again
	sum   string
}

func startCloud() (*cloud, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the canned services: %w", err)
	}
	c := &cloud{url: "http://" + listener.Addr().String(), items: map[string]json.RawMessage{}, calls: map[string]int{}}
	c.server = &http.Server{Handler: c} //nolint:gosec // loopback, and gone in minutes
	go func() { _ = c.server.Serve(listener) }()
	return c, nil
}

func (c *cloud) close() { _ = c.server.Close() }

// environment is what a function needs to find the canned services, with every variable that the template declares.
func (c *cloud) environment() map[string]string {
	return map[string]string{ //nolint:gosec // the name of a secret, not one
		"VERSION": "bench", "LOG_LEVEL": "INFO",
		"AWS_ENDPOINT_URL_SQS": c.url, "AWS_ENDPOINT_URL_DYNAMODB": c.url, "AWS_ENDPOINT_URL_SECRETS_MANAGER": c.url,
		"SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:bench", "SOURCE_IP_POLICY": "observe", "TABLE_NAME": "bench",
		"QUEUE_URL_ACCOUNTS": c.url + "/accounts", "QUEUE_URL_PAYSTUBS": c.url + "/paystubs", "QUEUE_URL_IDENTITIES": c.url + "/identities",
		"QUEUE_URL_USERS": c.url + "/users", "QUEUE_URL_UNROUTED": c.url + "/unrouted",
	}
}

// take returns the calls counted since it was last asked.
func (c *cloud) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = map[string]int{}
	return calls
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	in, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[operation]++
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	switch operation {
	case "GetSecretValue":
		fmt.Fprintf(w, `{"Name":"bench","SecretString":%q}`, string(samples.Secret))
	case "SendMessage":
		fmt.Fprintf(w, `{"MessageId":"b2a1f3c0-0000-4000-8000-000000000000","MD5OfMessageBody":%q}`, c.checksum(in))
	case "GetItem":
		if item, ok := c.items[c.key(in)]; ok {
			fmt.Fprintf(w, `{"Item":%s}`, item)
			return
		}
		fmt.Fprint(w, `{}`)
	case "PutItem":
		var put struct{ Item json.RawMessage }
		if json.Unmarshal(in, &put) == nil {
			c.items[c.key(put.Item)] = put.Item
		}
		fmt.Fprint(w, `{}`)
	default:
		http.Error(w, `{"__type":"UnknownOperationException"}`, http.StatusBadRequest)
	}
}

// checksum is the MD5 of a SendMessage's body, which the SDK compares.
func (c *cloud) checksum(in []byte) string {
	var send struct{ MessageBody string }
	if json.Unmarshal(in, &send) != nil {
		return ""
	}
	if send.MessageBody != c.body {
		sum := md5.Sum([]byte(send.MessageBody)) //nolint:gosec // as above
		c.body, c.sum = send.MessageBody, hex.EncodeToString(sum[:])
	}
	return c.sum
}

// key is an item's, found in the item itself or in a GetItem's Key.
func (c *cloud) key(in []byte) string {
	type keyed struct {
		PK struct{ S string } `json:"pk"`
		SK struct{ S string } `json:"sk"`
	}
	var get struct{ Key *keyed }
	var item keyed
	if json.Unmarshal(in, &get) == nil && get.Key != nil {
		item = *get.Key
	} else if json.Unmarshal(in, &item) != nil {
		return ""
	}
	return item.PK.S + " " + item.SK.S
}
