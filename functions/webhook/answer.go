package main

import (
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// answer is what a sender is told: a status, and a fixed reason code without detail, for anybody can ask.
type answer struct {
	status int
	reason string
}

// Every answer there is. What each means for the person who runs this is in the README.
var (
	accepted         = answer{http.StatusAccepted, "accepted"}
	missingSignature = answer{http.StatusUnauthorized, "missing_signature"}
	badSignature     = answer{http.StatusUnauthorized, "bad_signature"}
	sourceIP         = answer{http.StatusForbidden, "source_ip"}
	notAnEvent       = answer{http.StatusBadRequest, "not_an_event"}
	tooLarge         = answer{http.StatusRequestEntityTooLarge, "too_large"}
	noSecret         = answer{http.StatusServiceUnavailable, "no_secret"}
	queueUnavailable = answer{http.StatusServiceUnavailable, "queue_unavailable"}
	internalError    = answer{http.StatusServiceUnavailable, "internal_error"} // a bug here; nothing was taken
)

// retryAfter is in seconds. Argyle is said to retry once after 30 s, whatever it is told; another sender may listen.
const retryAfter = "5"

func (a answer) response() events.APIGatewayV2HTTPResponse {
	headers := map[string]string{"Content-Type": "application/json"}
	if a.status == http.StatusServiceUnavailable {
		headers["Retry-After"] = retryAfter
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: a.status, Headers: headers, Body: `{"reason": "` + a.reason + `"}`}
}

// verdict sums the answers up: accepted, unavailable (a retry may heal it) or refused (none will).
func (a answer) verdict() string {
	switch a.status {
	case http.StatusAccepted:
		return "accepted"
	case http.StatusServiceUnavailable:
		return "unavailable"
	default:
		return "refused"
	}
}

// metric is the name under which the answer is counted: its verdict, and of a refusal the reason.
func (a answer) metric() string {
	if verdict := a.verdict(); verdict != "refused" {
		return verdict
	}
	return "refused_" + a.reason
}
