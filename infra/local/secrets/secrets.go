// Package secrets is as much of Secrets Manager as the functions and argylectl need, on one machine, so that there is one path to the secret, here and
// in AWS.
//
// [Server] is an [net/http.Handler] that speaks the service's protocol, AWS JSON 1.1. It keeps the versions of each secret and their staging labels in
// memory, checks no signature, and answers GetSecretValue, PutSecretValue, UpdateSecretVersionStage and DescribeSecret.
package secrets

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The staging labels of the version that is in use, and of the one that was before it.
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// prefix begins the X-Amz-Target header, before the operation's name.
const prefix = "secretsmanager."

// Secret is one secret. An empty Value is a secret without a value, which is how CloudFormation makes one that is given none.
type Secret struct{ ARN, Name, Value string }

// Server answers for a fixed set of secrets. Its methods are safe for concurrent use.
type Server struct {
	mu      sync.Mutex
	secrets []*secret
}

// secret is a secret and its versions.
type secret struct {
	arn, name string
	versions  []version
	// labels are the staging labels, each on one version.
	labels map[string]string
}

type version struct {
	id, value string
	created   time.Time
}

// New is a server of these secrets.
func New(all ...Secret) *Server {
	s := &Server{}
	for _, each := range all {
		kept := &secret{arn: each.ARN, name: each.Name, labels: map[string]string{}}
		kept.set(each.Value)
		s.secrets = append(s.secrets, kept)
	}
	return s
}

// Set gives a secret, found by ARN or name, a new value; empty takes its value away. An unknown secret is an error.
func (s *Server) Set(id, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.find(id)
	if found == nil {
		return fmt.Errorf("setting a secret: %q is not declared in the template", id)
	}
	found.set(value)
	return nil
}

// set makes value the current version; empty leaves no version current.
func (s *secret) set(value string) {
	if value == "" {
		delete(s.labels, current)
		return
	}
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.versions)+1)
	s.versions = append(s.versions, version{id: id, value: value, created: time.Now()})
	s.label(current, id)
}

func (s *Server) find(id string) *secret {
	for _, each := range s.secrets {
		if each.arn == id || each.name == id {
			return each
		}
	}
	return nil
}

// ServeHTTP answers one call. Whatever it cannot answer is an error of the service in its own form.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in input
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 128<<10))
	name, known := strings.CutPrefix(r.Header.Get("X-Amz-Target"), prefix)
	operation := operations[name]
	switch {
	case r.Method != http.MethodPost || err != nil:
		fail(w, &refusal{"InvalidRequestException", "want a POST of at most 128 KiB"})
		return
	case !known || operation == nil:
		fail(w, &refusal{"UnknownOperationException", fmt.Sprintf("the local stack does not answer %q", r.Header.Get("X-Amz-Target"))})
		return
	case json.Unmarshal(body, &in) != nil:
		fail(w, &refusal{"SerializationException", "the body is no JSON of the operation"})
		return
	case in.SecretID == "":
		fail(w, &refusal{"InvalidParameterException", "SecretId is missing"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.find(in.SecretID)
	if found == nil {
		fail(w, &refusal{notFound, "Secrets Manager can't find the specified secret."})
		return
	}
	out, refused := operation(found, in)
	if refused != nil {
		fail(w, refused)
		return
	}
	answer(w, http.StatusOK, out)
}

// refusal is an error of the service's.
type refusal struct{ kind, message string }

func fail(w http.ResponseWriter, refused *refusal) {
	w.Header().Set("X-Amzn-Errortype", refused.kind)
	answer(w, http.StatusBadRequest, map[string]string{"__type": refused.kind, "Message": strings.TrimSpace(refused.message)})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
