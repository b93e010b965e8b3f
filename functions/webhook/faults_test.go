package main

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/secret"
	"argyle-webhooks/shared/telemetry"
)

// outcome is what becomes of one HTTP request to a service of AWS.
type outcome string

const (
	works     outcome = "works"
	slow      outcome = "slow"      // works, after 700 ms
	refused   outcome = "refused"   // no connection
	hangs     outcome = "hangs"     // nothing comes back; nothing was done
	lost      outcome = "lost"      // done, and the connection breaks before the answer
	late      outcome = "late"      // done, and nothing comes back
	stalls    outcome = "stalls"    // done, and the answer stops in the middle
	ill       outcome = "ill"       // 503
	throttled outcome = "throttled" // 400 and the service's own code for it
	denied    outcome = "denied"    // 400 and a code that no retry heals
	garbled   outcome = "garbled"   // 200 from something that is not the service; nothing was done
	empty     outcome = "empty"     // 200 and an empty object; nothing was done
	panics    outcome = "panics"    // a bug
)

var outcomes = []outcome{works, slow, refused, hangs, lost, late, stalls, ill, throttled, denied, garbled, empty, panics}

// service plays SQS or Secrets Manager to the SDK's own client. Its outcomes are taken one by one, the last one again and again.
type service struct {
	outcomes []outcome
	// do does what a request asks for and returns the answer.
	do func(body []byte) string
}

func (s *service) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	this := s.outcomes[0]
	if len(s.outcomes) > 1 {
		s.outcomes = s.outcomes[1:]
	}
	ended := request.Context().Done()
	switch this {
	case refused:
		return nil, errors.New("connection refused")
	case hangs:
		<-ended
		return nil, request.Context().Err()
	case lost:
		s.do(body)
		return nil, io.ErrUnexpectedEOF
	case late:
		s.do(body)
		<-ended
		return nil, request.Context().Err()
	case stalls:
		answer := s.do(body)
		return reply(http.StatusOK, io.MultiReader(strings.NewReader(answer[:len(answer)/2]), stalled(ended))), nil
	case ill:
		return reply(http.StatusServiceUnavailable, strings.NewReader("")), nil
	case throttled:
		return reply(http.StatusBadRequest, strings.NewReader(`{"__type": "ThrottlingException", "message": "slow down"}`)), nil
	case denied:
		return reply(http.StatusBadRequest, strings.NewReader(`{"__type": "AccessDeniedException", "message": "no"}`)), nil
	case garbled:
		return reply(http.StatusOK, strings.NewReader("<html>welcome</html>")), nil
	case empty:
		return reply(http.StatusOK, strings.NewReader("{}")), nil
	case panics:
		panic("injected")
	case slow:
		select {
		case <-time.After(700 * time.Millisecond):
		case <-ended:
			return nil, request.Context().Err()
		}
	case works:
	}
	return reply(http.StatusOK, strings.NewReader(s.do(body))), nil
}

// client has the timeout of the function's own client, and the service in place of a network.
func (s *service) client(own any) *http.Client {
	return &http.Client{Timeout: own.(*http.Client).Timeout, Transport: s}
}

func reply(code int, body io.Reader) *http.Response {
	return &http.Response{
		StatusCode: code, Status: http.StatusText(code), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(body), ContentLength: -1,
	}
}

// stalled is a body of which nothing more comes.
type stalled <-chan struct{}

func (s stalled) Read([]byte) (int, error) {
	<-s
	return 0, context.Canceled
}

// trial is the front door as main wires it, between services that fail as they are told.
type trial struct {
	door            *frontDoor
	secrets         *secret.Source
	secretsManager  service
	queue           service
	secretString    string
	messages        []string
	longest         time.Duration
	accepted, tried int
}

func newTrial() *trial {
	tr := &trial{secretString: "s3cret"}
	tr.secretsManager.do = func([]byte) string { return fmt.Sprintf(`{"SecretString": %q}`, tr.secretString) }
	tr.queue.do = func(request []byte) string {
		var in struct{ MessageBody string }
		if err := json.Unmarshal(request, &in); err != nil {
			panic(err)
		}
		tr.messages = append(tr.messages, in.MessageBody)
		sum := md5.Sum([]byte(in.MessageBody))
		return fmt.Sprintf(`{"MessageId": "1", "MD5OfMessageBody": %q}`, hex.EncodeToString(sum[:]))
	}
	at := lambdaenv.Service{
		Region: "us-east-1", Endpoint: aws.String("http://aws.test"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}
	log := telemetry.New(io.Discard, "", "")
	tr.secrets = secret.New(secret.NewClient(at, func(o *secretsmanager.Options) { o.HTTPClient = tr.secretsManager.client(o.HTTPClient) }), "arn", log)
	tr.door = &frontDoor{
		secrets: tr.secrets, log: log,
		queues: queue.NewSender(queue.NewClient(at, func(o *sqs.Options) { o.HTTPClient = tr.queue.client(o.HTTPClient) }),
			map[string]string{argyle.FamilyAccounts: "http://aws.test/000000000000/accounts"}),
	}
	return tr
}

// deliver delivers and checks what must hold whatever happens: an answer in time, and 202 only for what SQS has.
func (tr *trial) deliver(t *testing.T, with argyle.Secret, what string) (status int) {
	t.Helper()
	tr.messages = nil
	began := time.Now()
	response, err := tr.door.handle(t.Context(), onTheWire(t, delivered(body, with)))
	took := time.Since(began)
	tr.longest = max(tr.longest, took)
	if err != nil || took > budget {
		t.Errorf("%s: answered after %v (%v)", what, took, err)
	}
	switch response.StatusCode {
	case http.StatusAccepted:
		if len(tr.messages) == 0 || tr.messages[0] != body {
			t.Errorf("%s: accepted, and SQS holds %q", what, tr.messages)
		}
		tr.accepted++
	case http.StatusServiceUnavailable:
		if response.Headers["Retry-After"] == "" {
			t.Errorf("%s: unavailable without a word on when to try again", what)
		}
	case http.StatusUnauthorized:
	default:
		t.Errorf("%s: %d %s", what, response.StatusCode, response.Body)
	}
	tr.tried++
	return response.StatusCode
}

// heal delivers once more when the services work again.
func (tr *trial) heal(t *testing.T, with argyle.Secret, what string) {
	t.Helper()
	tr.secretsManager.outcomes, tr.queue.outcomes = []outcome{works}, []outcome{works}
	time.Sleep(time.Minute)
	if status := tr.deliver(t, with, what+", then healed"); status != http.StatusAccepted {
		t.Errorf("%s: %d although everything works again", what, status)
	}
}

// TestFaults fails every request that a delivery makes, in every way and in every combination.
func TestFaults(t *testing.T) {
	t.Run("SQS", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			tr := newTrial()
			tr.secretsManager.outcomes = []outcome{works}
			tr.secrets.Start(t.Context())
			for _, first := range outcomes {
				for _, second := range outcomes {
					for _, third := range outcomes {
						tr.queue.outcomes = []outcome{first, second, third}
						what := fmt.Sprint(tr.queue.outcomes)
						status := tr.deliver(t, "s3cret", what)
						if (first == works || first == slow) && status != http.StatusAccepted || status == http.StatusUnauthorized {
							t.Errorf("%s: %d", what, status)
						}
					}
				}
			}
			tr.heal(t, "s3cret", "SQS")
			tr.report(t, 2197)
		})
	})
	t.Run("secret never fetched", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			total := trial{}
			for _, start := range outcomes {
				for _, first := range outcomes {
					for _, send := range outcomes {
						tr := newTrial()
						tr.secretsManager.outcomes = []outcome{start}
						what := fmt.Sprintf("start %s, fetch %s, send %s", start, first, send)
						if start != panics { // at start-up a panic ends the sandbox, and Lambda begins another
							tr.secrets.Start(t.Context())
						}
						tr.secretsManager.outcomes, tr.queue.outcomes = []outcome{first}, []outcome{send}
						if status := tr.deliver(t, "s3cret", what); status == http.StatusUnauthorized {
							t.Errorf("%s: a good signature was refused", what)
						}
						tr.heal(t, "s3cret", what)
						total.add(tr)
					}
				}
			}
			total.report(t, 2197)
		})
	})
	t.Run("secret stale and rotated", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			total := trial{}
			for _, fetch := range outcomes {
				for _, refresh := range outcomes {
					for _, send := range outcomes {
						tr := newTrial()
						tr.secretsManager.outcomes = []outcome{works}
						tr.secrets.Start(t.Context())
						time.Sleep(time.Hour)
						tr.secretString = `{"secrets": ["rotated", "s3cret"]}`
						tr.secretsManager.outcomes, tr.queue.outcomes = []outcome{fetch, refresh}, []outcome{send}
						what := fmt.Sprintf("fetch %s, refresh %s, send %s", fetch, refresh, send)
						if status := tr.deliver(t, "rotated", what); status == http.StatusUnauthorized {
							t.Errorf("%s: a good signature was refused", what)
						}
						tr.heal(t, "rotated", what)
						tr.heal(t, "s3cret", what)
						total.add(tr)
					}
				}
			}
			total.report(t, 2197)
		})
	})
}

func (tr *trial) add(other *trial) {
	tr.tried += other.tried
	tr.accepted += other.accepted
	tr.longest = max(tr.longest, other.longest)
}

func (tr *trial) report(t *testing.T, least int) {
	t.Helper()
	t.Logf("%d deliveries, %d accepted, the longest took %v", tr.tried, tr.accepted, tr.longest)
	if tr.tried < least || tr.accepted == 0 || tr.accepted == tr.tried {
		t.Error("too few to prove anything")
	}
}
