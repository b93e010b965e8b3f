package samples

import (
	"fmt"
	"strconv"
	"time"

	"argyle-webhooks/shared/argyle"
)

// Secret signs every sample: the signing secret of a local stack that is given no other.
const Secret = argyle.Secret("local-secret")

// receivedAt is the receive time that the files in events/ carry.
var receivedAt = time.Date(2025, time.April, 2, 9, 30, 0, 417_000_000, time.UTC)

// gatewayTime is the form of requestContext.time: the Common Log Format's.
const gatewayTime = "02/Jan/2006:15:04:05 -0700"

// userAgent is what Argyle's sender calls itself; the version moves.
const userAgent = "ReactorNetty/1.1.22"

// httpRequest is an HTTP API request in payload form 2.0, in the order in which API Gateway writes it. aws-lambda-go's type would do for
// reading, but writes members that the gateway leaves out.
type httpRequest struct {
	Version         string            `json:"version"`
	RouteKey        string            `json:"routeKey"`
	RawPath         string            `json:"rawPath"`
	RawQueryString  string            `json:"rawQueryString"`
	Headers         map[string]string `json:"headers"`
	RequestContext  requestContext    `json:"requestContext"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type requestContext struct {
	AccountID    string      `json:"accountId"`
	APIID        string      `json:"apiId"`
	DomainName   string      `json:"domainName"`
	DomainPrefix string      `json:"domainPrefix"`
	HTTP         httpContext `json:"http"`
	RequestID    string      `json:"requestId"`
	RouteKey     string      `json:"routeKey"`
	Stage        string      `json:"stage"`
	Time         string      `json:"time"`
	TimeEpoch    int64       `json:"timeEpoch"`
}

type httpContext struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// Webhook is the delivery of body as API Gateway hands it to the webhook function: header names in lower case, the body as text and byte
// for byte, signed with [Secret].
func Webhook(body Body) ([]byte, error) {
	const (
		api    = "sample0api"
		domain = api + ".execute-api.us-east-1.amazonaws.com"
		route  = "POST /webhooks/argyle"
		path   = "/webhooks/argyle"
	)
	sender := argyle.SourceIPs[0]
	return encode(httpRequest{
		Version:  "2.0",
		RouteKey: route,
		RawPath:  path,
		Headers: map[string]string{
			"accept":             "*/*",
			"accept-encoding":    "gzip",
			"content-length":     strconv.Itoa(len(body.Bytes)),
			"content-type":       "application/json",
			"host":               domain,
			"user-agent":         userAgent,
			"x-amzn-trace-id":    fmt.Sprintf("Root=1-%08x-%s", receivedAt.Unix(), digest(body, 24)),
			"x-argyle-signature": argyle.Sign(body.Bytes, Secret),
			"x-forwarded-for":    sender,
			"x-forwarded-port":   "443",
			"x-forwarded-proto":  "https",
		},
		RequestContext: requestContext{
			AccountID:    accountID,
			APIID:        api,
			DomainName:   domain,
			DomainPrefix: api,
			HTTP:         httpContext{Method: "POST", Path: path, Protocol: "HTTP/1.1", SourceIP: sender, UserAgent: userAgent},
			RequestID:    requestID(body),
			RouteKey:     route,
			Stage:        "$default",
			Time:         receivedAt.Format(gatewayTime),
			TimeEpoch:    receivedAt.UnixMilli(),
		},
		Body: string(body.Bytes),
	})
}
