package rotation

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/encoding/cbor"

	"argyle-webhooks/infra/deployed"
)

// answered is what CloudWatch says of one metric.
type answered struct {
	id, status string
	values     []float64
}

// cloudWatch answers GetMetricData with these pages, one a call, in the protocol
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, and keeps what was asked.
type cloudWatch struct {
	t     *testing.T
	pages [][]answered
	asked []cbor.Map
}

func (c *cloudWatch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
	}
	asked, err := cbor.Decode(body)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/operation/GetMetricData") || len(c.asked) == len(c.pages) {
		c.t.Errorf("call %d of %s: %v", len(c.asked)+1, r.URL.Path, err)
		return
	}
	page := c.pages[len(c.asked)]
	c.asked = append(c.asked, asked.(cbor.Map))
	var results cbor.List
	for _, each := range page {
		var values cbor.List
		for _, value := range each.values {
			values = append(values, cbor.Float64(value))
		}
		results = append(results, cbor.Map{"Id": cbor.String(each.id), "StatusCode": cbor.String(each.status), "Values": values})
	}
	out := cbor.Map{"MetricDataResults": results}
	if len(c.asked) < len(c.pages) {
		out["NextToken"] = cbor.String("more")
	}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	_, _ = w.Write(cbor.Encode(out))
}

// TestUse: a count that CloudWatch does not give in full must not be taken for none.
func TestUse(t *testing.T) {
	const whole, partly = "Complete", "PartialData"
	for name, c := range map[string]struct {
		pages [][]answered
		want  Use
		says  string
	}{
		"both":                 {[][]answered{{{"accepted", whole, []float64{5, 7}}, {"secret", whole, []float64{1, 2}}}}, Use{12, 3}, ""},
		"none signed by older": {[][]answered{{{"accepted", whole, []float64{5}}, {"secret", whole, nil}}}, Use{5, 0}, ""},
		"on two pages": {[][]answered{
			{{"accepted", whole, []float64{5}}, {"secret", partly, []float64{1}}}, {{"secret", whole, []float64{2}}},
		}, Use{5, 3}, ""},
		"one forbidden":  {[][]answered{{{"accepted", whole, []float64{5}}, {"secret", "Forbidden", nil}}}, Use{}, "secret: Forbidden"},
		"one failed":     {[][]answered{{{"accepted", whole, []float64{5}}, {"secret", "InternalError", nil}}}, Use{}, "secret: InternalError"},
		"one cut short":  {[][]answered{{{"accepted", whole, []float64{5}}, {"secret", partly, nil}}}, Use{}, "secret: PartialData"},
		"one not at all": {[][]answered{{{"accepted", whole, []float64{5}}}}, Use{}, "secret: no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &cloudWatch{t: t, pages: c.pages}
			server := httptest.NewServer(fake)
			t.Cleanup(server.Close)
			r := New(aws.Config{
				Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("made-up", "made-up", ""),
				Retryer: func() aws.Retryer { return aws.NopRetryer{} },
			}, &deployed.Stack{Name: "a-stack", SecretARN: arn})
			now := time.Date(2026, 5, 9, 12, 34, 56, 0, time.UTC)
			got, err := r.Use(t.Context(), now, 7*24*time.Hour)
			if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v, %v; want %+v and %q", got, err, c.want, c.says)
			}
			if len(fake.asked) != len(c.pages) {
				t.Errorf("asked %d times, want %d", len(fake.asked), len(c.pages))
			}
			from, to := instant(t, fake.asked[0]["StartTime"]), instant(t, fake.asked[0]["EndTime"])
			if want := time.Date(2026, 5, 2, 12, 0, 0, 0, time.UTC); !from.Equal(want) || !to.Equal(now) {
				t.Errorf("asked from %v to %v, want %v to %v", from, to, want, now)
			}
		})
	}
}

func instant(t *testing.T, value cbor.Value) time.Time {
	t.Helper()
	seconds, err := cbor.AsTime(value)
	if err != nil {
		t.Errorf("%v is no time: %v", value, err)
	}
	return seconds.UTC()
}

func TestUseOfTheLocalStack(t *testing.T) {
	r, _ := newRotation(t, "")
	if _, err := r.Use(t.Context(), time.Now(), Quiet); !errors.Is(err, ErrNotMeasured) {
		t.Errorf("error %v, want %v", err, ErrNotMeasured)
	}
}
