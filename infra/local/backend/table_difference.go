package backend

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// difference says in which way an existing table is not the declared one; "" if it is alike. Capacity is no difference: it limits nothing
// here.
func (s tableSpec) difference(got *types.TableDescription) string {
	want := s.create
	if a, b := keysText(got.KeySchema), keysText(want.KeySchema); a != b {
		return fmt.Sprintf("its key is %s, not %s", a, b)
	}
	if a, b := attributesText(got.AttributeDefinitions), attributesText(want.AttributeDefinitions); a != b {
		return fmt.Sprintf("its key attributes are %s, not %s", a, b)
	}
	var have, declared []string
	for _, x := range got.GlobalSecondaryIndexes {
		have = append(have, indexText("global", x.IndexName, x.KeySchema, x.Projection))
	}
	for _, x := range got.LocalSecondaryIndexes {
		have = append(have, indexText("local", x.IndexName, x.KeySchema, x.Projection))
	}
	for _, x := range want.GlobalSecondaryIndexes {
		declared = append(declared, indexText("global", x.IndexName, x.KeySchema, x.Projection))
	}
	for _, x := range want.LocalSecondaryIndexes {
		declared = append(declared, indexText("local", x.IndexName, x.KeySchema, x.Projection))
	}
	slices.Sort(have)
	slices.Sort(declared)
	if !slices.Equal(have, declared) {
		return fmt.Sprintf("its indexes are %v, not %v", have, declared)
	}
	var view, wantView types.StreamViewType
	if got.StreamSpecification != nil {
		view = got.StreamSpecification.StreamViewType
	}
	if want.StreamSpecification != nil {
		wantView = want.StreamSpecification.StreamViewType
	}
	if view != wantView {
		return fmt.Sprintf("its stream shows %q, not %q", view, wantView)
	}
	return ""
}

func keysText(keys []types.KeySchemaElement) string {
	var parts []string
	for _, k := range keys {
		parts = append(parts, aws.ToString(k.AttributeName)+" "+string(k.KeyType))
	}
	return strings.Join(parts, ", ")
}

func attributesText(attributes []types.AttributeDefinition) string {
	var parts []string
	for _, a := range attributes {
		parts = append(parts, aws.ToString(a.AttributeName)+" "+string(a.AttributeType))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

func indexText(kind string, name *string, keys []types.KeySchemaElement, projection *types.Projection) string {
	text := kind + " " + aws.ToString(name) + " (" + keysText(keys) + ")"
	if projection != nil {
		text += " " + string(projection.ProjectionType) + " " + strings.Join(slices.Sorted(slices.Values(projection.NonKeyAttributes)), ",")
	}
	return text
}
