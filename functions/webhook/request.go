package main

// httpRequest is what is read of an HTTP API's request in payload format 2.0. The rest is not decoded: it would cost more than the signature.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
type httpRequest struct {
	Headers         map[string]string `json:"headers"` // names in lower case, several values joined by commas
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	RequestContext  requestContext    `json:"requestContext"`
}

type requestContext struct {
	RequestID string `json:"requestId"`
	TimeEpoch int64  `json:"timeEpoch"` // ms
	HTTP      struct {
		SourceIP string `json:"sourceIp"`
	} `json:"http"`
}
