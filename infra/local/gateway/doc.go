// Package gateway is an HTTP API of API Gateway on one machine: it turns an HTTP request into the event that a Lambda proxy integration with
// payload format 2.0 sends, and the function's answer into an HTTP response.
//
// [Gateway] is an [net/http.Handler]; [Event] is the payload. What is not here is what the template does not use: path parameters, authorizers,
// CORS, mappings and throttling.
//
// The rules are those of https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
package gateway
