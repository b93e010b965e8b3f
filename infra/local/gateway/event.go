package gateway

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is a request in payload format 2.0, its members in the order in which API Gateway writes them.
type Event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        RequestContext    `json:"requestContext"`
	Body                  string            `json:"body,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

// RequestContext is what API Gateway knows of a request beyond the request itself.
type RequestContext struct {
	AccountID    string `json:"accountId"`
	APIID        string `json:"apiId"`
	DomainName   string `json:"domainName"`
	DomainPrefix string `json:"domainPrefix"`
	HTTP         HTTP   `json:"http"`
	RequestID    string `json:"requestId"`
	RouteKey     string `json:"routeKey"`
	Stage        string `json:"stage"`
	// Time is in the Common Log Format, TimeEpoch in milliseconds.
	Time      string `json:"time"`
	TimeEpoch int64  `json:"timeEpoch"`
}

// HTTP is the request line and who sent it.
type HTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

const (
	stage      = "$default"
	timeFormat = "02/Jan/2006:15:04:05 -0700"
)

// newEvent builds the event of a request that arrived now. body is the request's whole body.
func (g *Gateway) newEvent(r *http.Request, routeKey string, body []byte, now time.Time) Event {
	domain, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		domain = r.Host
	}
	source, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		source = r.RemoteAddr
	}
	prefix, _, _ := strings.Cut(domain, ".")
	event := Event{
		Version:               "2.0",
		RouteKey:              routeKey,
		RawPath:               r.URL.Path,
		RawQueryString:        r.URL.RawQuery,
		Headers:               headers(r, len(body), source, now),
		QueryStringParameters: query(r),
		RequestContext: RequestContext{
			AccountID:    g.config.AccountID,
			APIID:        g.config.APIID,
			DomainName:   domain,
			DomainPrefix: prefix,
			HTTP:         HTTP{Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: source, UserAgent: r.UserAgent()},
			RequestID:    newRequestID(),
			RouteKey:     routeKey,
			Stage:        stage,
			Time:         now.UTC().Format(timeFormat),
			TimeEpoch:    now.UnixMilli(),
		},
	}
	for _, line := range r.Header.Values("Cookie") {
		for cookie := range strings.SplitSeq(line, ";") {
			event.Cookies = append(event.Cookies, strings.TrimSpace(cookie))
		}
	}
	switch {
	case len(body) == 0:
	case isText(r.Header.Get("Content-Type")) && utf8.Valid(body): // what JSON cannot carry as text goes as base64, as nothing else keeps it
		event.Body = string(body)
	default:
		event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return event
}

// headers are the request's, with lower-case names and several values joined by commas, and those that API Gateway adds.
func headers(r *http.Request, bodyLength int, source string, now time.Time) map[string]string {
	all := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		all[strings.ToLower(name)] = strings.Join(values, ",")
	}
	delete(all, "cookie")
	all["content-length"] = strconv.Itoa(bodyLength)
	if earlier := all["x-forwarded-for"]; earlier != "" {
		source = earlier + ", " + source
	}
	_, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		port = "80"
	}
	all["x-forwarded-for"] = source
	all["x-forwarded-port"] = port
	all["x-forwarded-proto"] = "http"
	if all["x-amzn-trace-id"] == "" {
		all["x-amzn-trace-id"] = fmt.Sprintf("Root=1-%08x-%x", now.Unix(), randomBytes(12))
	}
	return all
}

// query joins the values of a repeated parameter by commas.
func query(r *http.Request) map[string]string {
	values := r.URL.Query()
	if len(values) == 0 {
		return nil
	}
	joined := map[string]string{}
	for name, each := range values {
		joined[name] = strings.Join(each, ",")
	}
	return joined
}

// isText says whether API Gateway passes a body of this content type on as text; every other body, and one without a content type, is
// base64. Parameters such as a charset do not matter.
func isText(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		// A type with a broken parameter is still its type.
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	switch media {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(media, "text/")
}

// encode writes the event as API Gateway does, without the escapes for HTML that Go adds: they would count against Lambda's limit.
func (e Event) encode() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("encoding the request: %w", err)
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// newRequestID has the form of an HTTP API's request id: 15 characters of base64 and one of padding.
func newRequestID() string { return base64.StdEncoding.EncodeToString(randomBytes(11)) }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand.Read never fails.
	return b
}
