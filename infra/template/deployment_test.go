package template_test

import (
	"strings"
	"testing"

	"argyle-webhooks/infra/template"
)

const functionType = "AWS::Serverless::Function"

// deployment is template.yaml; a reference is its logical id there, an attribute "LogicalId.Attribute".
func deployment(t *testing.T) *template.Stack {
	t.Helper()
	parsed, err := template.Load("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := parsed.Resolve(nil, template.Placeholders{})
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// must returns a resource.
func must(t *testing.T, stack *template.Stack, logicalID string) *template.Resource {
	t.Helper()
	res, ok := stack.Resource(logicalID)
	if !ok {
		t.Fatalf("template.yaml has no %s", logicalID)
	}
	return res
}

// at follows keys into a resource's properties, nil where one is missing.
func at(res *template.Resource, keys ...string) any {
	var value any = res.Properties.Raw()
	for _, key := range keys {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	return value
}

// title is a family as it begins logical ids: "accounts" → "Accounts".
func title(family string) string { return strings.ToUpper(family[:1]) + family[1:] }
