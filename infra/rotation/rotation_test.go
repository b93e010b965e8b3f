package rotation

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/deployed"
	"argyle-webhooks/infra/local/secrets"
	"argyle-webhooks/shared/argyle"
)

const arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-local0"

// What the tests store; no error may have it.
const (
	canary = "canary"
	first  = argyle.Secret(canary + "-first")
	second = argyle.Secret(canary + "-second")
)

// manager is Secrets Manager with one secret, and with what goes wrong on the way to it.
type manager struct {
	*secrets.Server

	// around answers a call in the server's place if it is set. operation is such as PutSecretValue.
	around func(operation string, w http.ResponseWriter, r *http.Request)
}

func (m *manager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if m.around == nil {
		m.Server.ServeHTTP(w, r)
		return
	}
	m.around(strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager."), w, r)
}

// deny answers as AWS does to a caller without the permission.
func deny(w http.ResponseWriter) {
	w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(`{"__type": "AccessDeniedException", "Message": "User is not authorized"}`))
}

// newRotation is the rotation of a secret with this value, "" for none.
func newRotation(t *testing.T, value string) (*Rotation, *manager) {
	t.Helper()
	m := &manager{Server: secrets.New(secrets.Secret{ARN: arn, Name: "signing", Value: value})}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	cfg := aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
	return New(cfg, &deployed.Stack{Name: "local", Local: true, SecretARN: arn}), m
}

// wantLive requires what is stored.
func wantLive(t *testing.T, r *Rotation, want ...argyle.Secret) {
	t.Helper()
	live, err := r.Live(t.Context())
	if diff := cmp.Diff(want, live.secrets); diff != "" || err != nil {
		t.Errorf("live: error %v, %s", err, diff)
	}
	if (live.Version == "") != (len(want) == 0) || live.Since.IsZero() != (len(want) == 0) {
		t.Errorf("version %q since %v of %d secrets", live.Version, live.Since, len(want))
	}
}

// wantLabels requires that no staging label is left that Secrets Manager has not made.
func wantLabels(t *testing.T, r *Rotation) {
	t.Helper()
	out, err := r.manager.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: aws.String(arn)})
	if err != nil {
		t.Fatal(err)
	}
	for version, labels := range out.VersionIdsToStages {
		for _, label := range labels {
			if label != "AWSCURRENT" && label != "AWSPREVIOUS" {
				t.Errorf("version %s is left with the label %s", version, label)
			}
		}
	}
}

// wantError requires an error that shows no secret.
func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) || strings.Contains(fmt.Sprint(err), canary) {
		t.Errorf("error %v, want %v and no secret in it", err, want)
	}
}

// retire reads what is live and retires the older ones.
func retire(t *testing.T, r *Rotation) (Live, error) {
	t.Helper()
	live, err := r.Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r.Retire(t.Context(), live)
}

// TestRetireWhatWasRead has somebody else retire and rotate between the look and the change: what was found to be out of use then is in use now.
func TestRetireWhatWasRead(t *testing.T) {
	r, _ := newRotation(t, string(first))
	read, err := r.Add(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := retire(t, r); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Add(t.Context(), "a third"); err != nil {
		t.Fatal(err)
	}
	_, err = r.Retire(t.Context(), read)
	wantError(t, err, ErrChanged)
	wantLive(t, r, "a third", second)
	wantLabels(t, r)
}

func TestFromNoSecretToTheNext(t *testing.T) {
	r, _ := newRotation(t, "")
	wantLive(t, r)
	_, err := retire(t, r)
	wantError(t, err, ErrOneLive)

	now, err := r.Add(t.Context(), first)
	if err != nil || now.Count() != 1 || now.Newest() != first {
		t.Errorf("the first: %v, %d live", err, now.Count())
	}
	_, err = r.Add(t.Context(), first)
	wantError(t, err, ErrKnown)
	_, err = retire(t, r)
	wantError(t, err, ErrOneLive)
	wantLive(t, r, first)

	now, err = r.Add(t.Context(), second)
	if err != nil || now.Count() != 2 || now.Newest() != second {
		t.Errorf("the second: %v, %d live", err, now.Count())
	}
	_, err = r.Add(t.Context(), "a third")
	wantError(t, err, ErrTwoLive)
	wantLive(t, r, second, first)

	if now, err = retire(t, r); err != nil || now.Count() != 1 {
		t.Errorf("retired: %v, %d live", err, now.Count())
	}
	wantLive(t, r, second)
	wantLabels(t, r)
}

func TestALiteralIsKept(t *testing.T) {
	r, _ := newRotation(t, string(first)+"\n")
	if _, err := r.Add(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	wantLive(t, r, second, first)
}

func TestOfManyAtOnceOneIsMade(t *testing.T) {
	for name, before := range map[string][]argyle.Secret{"the first": nil, "the next": {first}} {
		t.Run(name, func(t *testing.T) {
			r, m := newRotation(t, strings.Join(asStrings(before), ""))
			const many = 8
			// Nobody stores before everybody has read.
			var read sync.WaitGroup
			read.Add(many)
			var reads atomic.Int32
			m.around = func(operation string, w http.ResponseWriter, call *http.Request) {
				m.Server.ServeHTTP(w, call)
				if operation == "GetSecretValue" && reads.Add(1) <= many {
					read.Done()
					read.Wait()
				}
			}
			errs := make([]error, many)
			var all sync.WaitGroup
			for i := range many {
				all.Go(func() { _, errs[i] = r.Add(t.Context(), argyle.Secret(fmt.Sprint(canary, i))) })
			}
			all.Wait()
			m.around = nil
			winner := argyle.Secret("")
			for i, err := range errs {
				switch {
				case err == nil && winner == "":
					winner = argyle.Secret(fmt.Sprint(canary, i))
				case err == nil:
					t.Error("two were told that they made the change")
				default:
					wantError(t, err, ErrChanged)
				}
			}
			wantLive(t, r, append([]argyle.Secret{winner}, before...)...)
			wantLabels(t, r)
		})
	}
}

func asStrings(all []argyle.Secret) []string {
	texts := make([]string, len(all))
	for i, each := range all {
		texts[i] = string(each)
	}
	return texts
}

// TestRefusedAfterItWasMade is the SDK's second attempt at a change that the first one made, though its answer was lost. To take that for another's
// change would throw away a secret that is live.
func TestRefusedAfterItWasMade(t *testing.T) {
	r, m := newRotation(t, string(first))
	m.around = func(operation string, w http.ResponseWriter, call *http.Request) {
		if operation != "UpdateSecretVersionStage" {
			m.Server.ServeHTTP(w, call)
			return
		}
		m.Server.ServeHTTP(httptest.NewRecorder(), call)
		w.Header().Set("X-Amzn-Errortype", "InvalidParameterException")
		w.WriteHeader(http.StatusBadRequest)
	}
	now, err := r.Add(t.Context(), second)
	if err != nil || now.Newest() != second {
		t.Errorf("%v, %d live", err, now.Count())
	}
}

// TestRetiredBeforeItWasReadBack is a change whose answer was lost, and that somebody else's change followed before it was read back. The fresh
// secret is the only live one then: to say that the change was not made would throw it away.
func TestRetiredBeforeItWasReadBack(t *testing.T) {
	r, m := newRotation(t, string(first))
	m.around = func(operation string, w http.ResponseWriter, call *http.Request) {
		if operation != "UpdateSecretVersionStage" {
			m.Server.ServeHTTP(w, call)
			return
		}
		m.around = nil // for what the other one does, and what follows
		m.Server.ServeHTTP(httptest.NewRecorder(), call)
		if _, err := retire(t, r); err != nil {
			t.Errorf("the other's change: %v", err)
		}
		w.Header().Set("X-Amzn-Errortype", "InvalidParameterException")
		w.WriteHeader(http.StatusBadRequest)
	}
	now, err := r.Add(t.Context(), second)
	if err != nil || now.Count() != 1 || now.Newest() != second {
		t.Errorf("%v, %d live", err, now.Count())
	}
	wantLive(t, r, second)
}

// TestTrouble is a call that fails for good: the change is not made, and that it was not made by somebody else is not told as if it were.
func TestTrouble(t *testing.T) {
	for operation, says := range map[string]string{
		"GetSecretValue": "reading the secret", "PutSecretValue": "storing the secret", "UpdateSecretVersionStage": "is not the current one",
	} {
		t.Run(operation, func(t *testing.T) {
			r, m := newRotation(t, string(first))
			m.around = func(called string, w http.ResponseWriter, call *http.Request) {
				if called == operation {
					deny(w)
					return
				}
				m.Server.ServeHTTP(w, call)
			}
			_, err := r.Add(t.Context(), second)
			if err == nil || errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "AccessDenied") || strings.Contains(err.Error(), canary) {
				t.Errorf("error %v, want %q, AccessDenied and no secret", err, says)
			}
			m.around = nil
			wantLive(t, r, first)
		})
	}
}

func TestAValueThatCannotBeRead(t *testing.T) {
	r, _ := newRotation(t, `{"secrets": ["`+canary)
	_, err := r.Add(t.Context(), second)
	if err == nil || !strings.Contains(err.Error(), "by hand") || strings.Contains(err.Error(), canary) {
		t.Errorf("error %v", err)
	}
}

// TestReadBack is a change that was made, but of which nobody can tell: it is trouble, and no refusal.
func TestReadBack(t *testing.T) {
	r, m := newRotation(t, string(first))
	stored := false
	m.around = func(operation string, w http.ResponseWriter, call *http.Request) {
		if stored && operation == "GetSecretValue" {
			deny(w)
			return
		}
		stored = stored || operation == "PutSecretValue"
		m.Server.ServeHTTP(w, call)
	}
	_, err := r.Add(t.Context(), second)
	if err == nil || errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), "cannot be read back") {
		t.Errorf("error %v", err)
	}
	m.around = nil
	wantLive(t, r, second, first)
}
