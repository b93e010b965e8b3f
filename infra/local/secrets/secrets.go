// Package secrets answers Secrets Manager's GetSecretValue on one machine, so that functions have one path to their secret, here and in AWS.
//
// [Server] is an [net/http.Handler] that speaks the service's protocol, AWS JSON 1.1. It knows one version of each secret and keeps it in memory.
// It checks no signature and serves no other operation; rotation is [Server.Set].
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

// target is the operation's name in the X-Amz-Target header.
const target = "secretsmanager.GetSecretValue"

// Secret is one secret. An empty Value is a secret without a value, which is how CloudFormation makes one that is given none.
type Secret struct{ ARN, Name, Value string }

// Server answers for a fixed set of secrets. Its methods are safe for concurrent use.
type Server struct {
	created time.Time

	mu      sync.Mutex
	secrets []Secret
	version int
}

// New is a server of these secrets.
func New(secrets ...Secret) *Server {
	return &Server{created: time.Now(), secrets: append([]Secret(nil), secrets...), version: 1}
}

// Set gives a secret, found by ARN or name, a new value; empty takes its value away. An unknown secret is an error.
func (s *Server) Set(id, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.secrets {
		if s.secrets[i].ARN == id || s.secrets[i].Name == id {
			s.secrets[i].Value = value
			s.version++
			return nil
		}
	}
	return fmt.Errorf("setting a secret: %q is not declared in the template", id)
}

func (s *Server) find(id string) (secret Secret, version int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.secrets {
		if secret.ARN == id || secret.Name == id {
			return secret, s.version, true
		}
	}
	return Secret{}, 0, false
}

// ServeHTTP answers one call. Whatever it cannot answer is an error of the service in its own form.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var input struct {
		SecretID     string `json:"SecretId"`
		VersionID    string `json:"VersionId"`
		VersionStage string
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	switch {
	case r.Method != http.MethodPost || err != nil:
		fail(w, "InvalidRequestException", "want a POST of at most 64 KiB")
		return
	case r.Header.Get("X-Amz-Target") != target:
		fail(w, "UnknownOperationException", fmt.Sprintf("the local stack answers %s, not %q", target, r.Header.Get("X-Amz-Target")))
		return
	case json.Unmarshal(body, &input) != nil:
		fail(w, "SerializationException", "the body is no JSON of the operation")
		return
	case input.SecretID == "":
		fail(w, "InvalidParameterException", "SecretId is missing")
		return
	}
	secret, version, ok := s.find(input.SecretID)
	if !ok {
		fail(w, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
		return
	}
	versionID := fmt.Sprintf("00000000-0000-4000-8000-%012d", version)
	stage := input.VersionStage
	if stage == "" {
		stage = "AWSCURRENT"
	}
	if secret.Value == "" || stage != "AWSCURRENT" || input.VersionID != "" && input.VersionID != versionID {
		fail(w, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: "+stage)
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"ARN":           secret.ARN,
		"Name":          secret.Name,
		"SecretString":  secret.Value,
		"VersionId":     versionID,
		"VersionStages": []string{"AWSCURRENT"},
		"CreatedDate":   float64(s.created.UnixMilli()) / 1000,
	})
}

func fail(w http.ResponseWriter, kind, message string) {
	w.Header().Set("X-Amzn-Errortype", kind)
	answer(w, http.StatusBadRequest, map[string]string{"__type": kind, "Message": strings.TrimSpace(message)})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
