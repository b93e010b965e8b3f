package main

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/telemetry"
)

// budget is the most that an answer takes. It is under the function's timeout (7 s), the gateway's (8 s) and Argyle's (10 s, second-hand), so that
// trouble ends in our 503 and not in a timeout.
const budget = 5 * time.Second

// What to do with a verified delivery from an address that is not one of [argyle.SourceIPs].
const (
	policyObserve = "observe" // count it
	policyEnforce = "enforce" // refuse it
)

// frontDoor takes deliveries.
type frontDoor struct {
	secrets secrets
	queues  sender
	enforce bool
	log     *telemetry.Logger
}

// secrets gives the live signing secrets; Refresh tells whether they have changed, or why it cannot be known. *secret.Source is one.
type secrets interface {
	Live(ctx context.Context) ([]argyle.Secret, error)
	Refresh(ctx context.Context) (changed bool, err error)
}

// sender puts a message into its family's queue. *queue.Sender is one.
type sender interface {
	Send(ctx context.Context, family string, message queue.Message) error
}

// handle answers a delivery and writes its one log line.
func (d *frontDoor) handle(ctx context.Context, request httpRequest) (events.APIGatewayV2HTTPResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	delivery := &delivery{began: time.Now(), secret: -1}
	answer := d.guard(ctx, request, delivery)
	delivery.report(d.log, answer)
	return answer.response(), nil
}

// guard answers a panic with 503: the sender may try again, and the sandbox lives on.
func (d *frontDoor) guard(ctx context.Context, request httpRequest, delivery *delivery) (answer answer) {
	defer func() {
		if value := recover(); value != nil {
			delivery.cause = telemetry.Panicked(value)
			answer = internalError
		}
	}()
	return d.judge(ctx, request, delivery)
}

// judge takes a delivery through the front door. Each step's place matters: nothing of a body is read before its signature is verified, and
// nothing is accepted before SQS has it.
func (d *frontDoor) judge(ctx context.Context, request httpRequest, delivery *delivery) answer {
	body, err := rawBody(request)
	if err != nil {
		delivery.cause = err
		return notAnEvent
	}
	delivery.bytes = len(body)
	delivery.fromArgyle = slices.Contains(argyle.SourceIPs, request.RequestContext.HTTP.SourceIP)

	delivery.secret, err = d.verify(ctx, body, signature(request.Headers))
	switch {
	case err == nil:
	case errors.Is(err, argyle.ErrMissingSignature):
		return missingSignature
	case errors.Is(err, argyle.ErrMalformedSignature), errors.Is(err, argyle.ErrSignatureMismatch):
		delivery.cause = err
		return badSignature
	default:
		delivery.cause = err
		return noSecret
	}

	if !delivery.fromArgyle {
		delivery.outside = request.RequestContext.HTTP.SourceIP
		if d.enforce {
			return sourceIP
		}
	}

	event, err := argyle.Parse(body)
	if err != nil {
		delivery.cause = err
		return notAnEvent
	}
	delivery.event, delivery.account, delivery.user = event.Name, event.Account(), event.User()

	family, known := argyle.Family(event.Name)
	if !known {
		family = argyle.Unrouted
	}
	delivery.unrouted = !known

	err = d.queues.Send(ctx, family, queue.Message{
		Body:       body,
		Event:      event.Name,
		RequestID:  request.RequestContext.RequestID,
		ReceivedAt: receivedAt(request.RequestContext.TimeEpoch, delivery.began),
		Trace:      trace(ctx),
	})
	switch {
	case err == nil:
		return accepted
	case errors.Is(err, queue.ErrTooLarge):
		return tooLarge
	default:
		delivery.cause = err
		return queueUnavailable
	}
}

// verify tells which of the live secrets signed body. A signature that none of them made is tried again if the secrets turn out to have
// changed. If that cannot be known it is not called bad, for nobody sends a delivery again that was refused.
func (d *frontDoor) verify(ctx context.Context, body []byte, signature string) (matched int, err error) {
	live, err := d.secrets.Live(ctx)
	if err != nil {
		return -1, err
	}
	matched, err = argyle.Verify(body, signature, live)
	if !errors.Is(err, argyle.ErrSignatureMismatch) {
		return matched, err
	}
	changed, unknown := d.secrets.Refresh(ctx)
	switch {
	case unknown != nil:
		return -1, unknown
	case !changed:
		return matched, err
	}
	if live, err = d.secrets.Live(ctx); err != nil {
		return -1, err
	}
	return argyle.Verify(body, signature, live)
}

var errBase64 = errors.New("the body is not the base64 that it is said to be")

// rawBody is the body byte for byte as it was sent: the gateway encodes a body as base64 unless its content type is known to be text.
func rawBody(request httpRequest) ([]byte, error) {
	if !request.IsBase64Encoded {
		return []byte(request.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(request.Body)
	if err != nil {
		return nil, errBase64
	}
	return body, nil
}

// signature looks the header up without regard to case. Several values are joined as the gateway joins them, and so are no signature.
func signature(headers map[string]string) string {
	var values []string
	for name, value := range headers {
		if strings.EqualFold(name, argyle.SignatureHeader) {
			values = append(values, value)
		}
	}
	return strings.Join(values, ",")
}

// trace is the X-Ray header of this invocation, as aws-lambda-go puts it into the context of a handler; empty where there is none.
func trace(ctx context.Context) string {
	header, _ := ctx.Value("x-amzn-trace-id").(string)
	return header
}

// receivedAt reads the gateway's time of a request. API Gateway gives milliseconds, SAM's emulator of it seconds; without either it is now.
// Until 1973 milliseconds were as small as seconds are now.
func receivedAt(epoch int64, now time.Time) time.Time {
	const leastMilliseconds = 100_000_000_000
	switch {
	case epoch <= 0:
		return now
	case epoch < leastMilliseconds:
		return time.Unix(epoch, 0)
	}
	return time.UnixMilli(epoch)
}
