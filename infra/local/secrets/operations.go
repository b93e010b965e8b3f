package secrets

import (
	"cmp"
	"slices"
	"time"
)

// The kinds of error that the operations answer.
const (
	notFound         = "ResourceNotFoundException"
	invalidParameter = "InvalidParameterException"
)

// input is the union of the operations' inputs.
type input struct {
	SecretID            string `json:"SecretId"`
	VersionID           string `json:"VersionId"`
	VersionStage        string
	ClientRequestToken  string
	SecretString        string
	VersionStages       []string
	MoveToVersionID     string `json:"MoveToVersionId"`
	RemoveFromVersionID string `json:"RemoveFromVersionId"`
}

// operations by name. What each answers and refuses is as its page under
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/ says.
var operations = map[string]func(*secret, input) (any, *refusal){
	"GetSecretValue":           (*secret).get,
	"PutSecretValue":           (*secret).put,
	"UpdateSecretVersionStage": (*secret).move,
	"DescribeSecret":           (*secret).describe,
}

func (s *secret) get(in input) (any, *refusal) {
	stage := in.VersionStage
	if stage == "" && in.VersionID == "" {
		stage = current
	}
	for _, each := range s.versions {
		if (stage == "" || s.labels[stage] == each.id) && (in.VersionID == "" || in.VersionID == each.id) {
			return map[string]any{
				"ARN": s.arn, "Name": s.name, "SecretString": each.value,
				"VersionId": each.id, "VersionStages": s.stages(each.id), "CreatedDate": seconds(each.created),
			}, nil
		}
	}
	return nil, &refusal{notFound, "Secrets Manager can't find the specified secret value for " + cmp.Or(stage, "VersionId: "+in.VersionID)}
}

func (s *secret) put(in input) (any, *refusal) {
	switch {
	case in.SecretString == "":
		return nil, &refusal{invalidParameter, "You must provide either SecretString or SecretBinary."}
	case len(in.ClientRequestToken) < 32 || len(in.ClientRequestToken) > 64:
		return nil, &refusal{invalidParameter, "ClientRequestToken must be 32 to 64 characters long."}
	case slices.ContainsFunc(s.versions, func(v version) bool { return v.id == in.ClientRequestToken && v.value != in.SecretString }):
		return nil, &refusal{"ResourceExistsException", "You can't modify a version: it exists with another value."}
	}
	stages := in.VersionStages
	if len(stages) == 0 {
		stages = []string{current}
	}
	if _, there := s.labels[current]; !there && !slices.Contains(stages, current) { // the first version is the current one, whatever else it is
		stages = append(stages, current)
	}
	if !s.has(in.ClientRequestToken) { // else it is the same call again, which does nothing
		s.versions = append(s.versions, version{id: in.ClientRequestToken, value: in.SecretString, created: time.Now()})
		for _, stage := range stages {
			s.label(stage, in.ClientRequestToken)
		}
	}
	return map[string]any{"ARN": s.arn, "Name": s.name, "VersionId": in.ClientRequestToken, "VersionStages": s.stages(in.ClientRequestToken)}, nil
}

// move moves a staging label, and only from the version that is named.
func (s *secret) move(in input) (any, *refusal) {
	on, attached := s.labels[in.VersionStage]
	switch {
	case in.VersionStage == "":
		return nil, &refusal{invalidParameter, "VersionStage is missing"}
	case in.MoveToVersionID != "" && !s.has(in.MoveToVersionID):
		return nil, &refusal{notFound, "Secrets Manager can't find the specified secret version."}
	case attached && on != in.RemoveFromVersionID && on != in.MoveToVersionID:
		return nil, &refusal{invalidParameter, "The staging label " + in.VersionStage + " is currently attached to version " + on +
			", so you must explicitly reference that version in RemoveFromVersionId."}
	case !attached && in.RemoveFromVersionID != "":
		return nil, &refusal{invalidParameter, "The staging label " + in.VersionStage + " is not attached to version " + in.RemoveFromVersionID + "."}
	case in.MoveToVersionID == "" && in.VersionStage == current:
		return nil, &refusal{invalidParameter, "You can't remove the staging label AWSCURRENT."}
	}
	if in.MoveToVersionID == "" {
		delete(s.labels, in.VersionStage)
	} else {
		s.label(in.VersionStage, in.MoveToVersionID)
	}
	return map[string]any{"ARN": s.arn, "Name": s.name}, nil
}

func (s *secret) has(id string) bool {
	return slices.ContainsFunc(s.versions, func(v version) bool { return v.id == id })
}

// label puts a staging label on a version. The version that was current until then is the previous one.
func (s *secret) label(stage, id string) {
	if before, attached := s.labels[stage]; stage == current && attached && before != id {
		s.labels[previous] = before
	}
	s.labels[stage] = id
}

func (s *secret) describe(input) (any, *refusal) {
	versions := map[string][]string{}
	for _, each := range s.versions {
		if stages := s.stages(each.id); len(stages) > 0 {
			versions[each.id] = stages
		}
	}
	return map[string]any{"ARN": s.arn, "Name": s.name, "VersionIdsToStages": versions}, nil
}

// stages are the staging labels of a version, sorted.
func (s *secret) stages(id string) []string {
	var stages []string
	for stage, on := range s.labels {
		if on == id {
			stages = append(stages, stage)
		}
	}
	slices.Sort(stages)
	return stages
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
