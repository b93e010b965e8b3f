package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// smoke asks the deployed front door the one question that anybody may: what does it say to a delivery that nobody signed?
type smoke struct {
	// target is an address to use while the URL's name does not resolve, "" if there is none. A domain name of one's own may get its DNS record only
	// after the first deployment, and this asks past it, with the same name and certificate.
	target string
	// patience is how long a new API, alias or role may take until it answers; every is the time between two attempts.
	patience, every time.Duration
	// noSecretYet says that there is none to wait for: [errNoSecret] is the answer then.
	noSecretYet bool
	// dial connects as [net.Dialer.DialContext] does.
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	// viaTarget says whether target was used.
	viaTarget atomic.Bool
}

// errNoSecret says that the front door runs and has no secret to verify with. Whether there is none yet, it cannot tell.
var errNoSecret = errors.New("the front door runs, but reads no signing secret")

// check is nil once the front door has answered 401 itself, which proves its binary, its route and its secret. Else it is what the last answer
// means: [errNoSecret], or an error that says what to do.
func (s *smoke) check(ctx context.Context, url string) error {
	transport := &http.Transport{DialContext: s.connect, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{
		Transport:     transport,
		Timeout:       15 * time.Second, // over the gateway's 8 s
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	var last error
	for {
		err := ask(ctx, client, url)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil { // a whole answer says more than the end of patience
			last = err
		}
		if s.noSecretYet && errors.Is(err, errNoSecret) { // each further 503 would only keep the alarms on
			return err
		}
		select {
		case <-ctx.Done():
			return last
		case <-time.After(s.every):
		}
	}
}

// connect goes to target where the name does not resolve.
func (s *smoke) connect(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := s.dial(ctx, network, address)
	var dns *net.DNSError
	if s.target == "" || !errors.As(err, &dns) || !dns.IsNotFound {
		return conn, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("reading the address %s: %w", address, err)
	}
	s.viaTarget.Store(true)
	return s.dial(ctx, network, net.JoinHostPort(s.target, port))
}

// ask makes one attempt.
func ask(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return fmt.Errorf("%q is no address to ask: %w", url, err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // read as far as is of use
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	var answer struct {
		Reason string `json:"reason"`
	}
	if json.Unmarshal(body, &answer) != nil {
		answer.Reason = ""
	}
	return judge(response.StatusCode, answer.Reason)
}

// judge says what an answer to an unsigned delivery means. reason is the front door's own word (functions/webhook/answer.go); what answers without
// one is the gateway, or something else.
func judge(status int, reason string) error {
	what := fmt.Sprintf("the answer is %d", status)
	if reason != "" {
		what += " " + reason
	}
	switch {
	case status == http.StatusUnauthorized && reason == "missing_signature":
		return nil
	case status == http.StatusUnauthorized:
		return fmt.Errorf("%s, and not the front door's own: something before it asks for credentials", what)
	case status == http.StatusServiceUnavailable && reason == "no_secret":
		return errNoSecret
	case status >= 500 && reason != "":
		return fmt.Errorf("%s: the front door runs and cannot work; its log says why", what)
	case status >= 500:
		return fmt.Errorf("%s, the gateway's own: the front door does not start, crashes or is too slow; its log says why", what)
	case status == http.StatusNotFound:
		return fmt.Errorf("%s: there is no such route; is WebhookUrl's domain mapped to another API?", what)
	case status == http.StatusForbidden:
		return fmt.Errorf("%s: the domain is mapped to no API, or something before the gateway refuses", what)
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("%s: the gateway throttles, so deliveries are lost as well; see the alarm ApiThrottledAlarm", what)
	case status < 300:
		return fmt.Errorf("%s: whatever answers there takes what nobody signed, so it is not the front door", what)
	}
	return fmt.Errorf("%s, want 401 missing_signature: something else than the front door answers there", what)
}
