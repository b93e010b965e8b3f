package local

import (
	"fmt"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/template"
)

const (
	region    = backend.Region
	accountID = backend.AccountID
	apiID     = "local"
)

// references says what a reference to a resource gives that is neither a table nor a queue.
type references struct {
	template.Placeholders

	apiURL string
}

// Ref gives a secret's ARN, a function's name and the API's id; anything else, which the local stack does not run, gives a placeholder that shows
// what it stands for.
func (r references) Ref(resource *template.Resource) (any, error) {
	switch resource.Type {
	case typeSecret:
		return secretARN(resource)
	case typeFunction:
		return folderOf(resource.LogicalID), nil
	case "AWS::Serverless::HttpApi":
		return apiID, nil
	}
	return r.Placeholders.Ref(resource)
}

// GetAtt gives the attributes of what Ref knows, and for any other resource an ARN or a placeholder.
func (r references) GetAtt(resource *template.Resource, attribute string) (any, error) {
	switch {
	case resource.Type == typeSecret && attribute == "Id":
		return secretARN(resource)
	case resource.Type == typeFunction && attribute == "Arn":
		return arn("lambda", "function:"+folderOf(resource.LogicalID)), nil
	case resource.Type == "AWS::Serverless::HttpApi" && attribute == "ApiEndpoint":
		return r.apiURL, nil
	case attribute == "Arn":
		return arn("local", resource.LogicalID), nil
	}
	return r.Placeholders.GetAtt(resource, attribute)
}

// secretName is the template's name for a secret, or its logical id.
func secretName(resource *template.Resource) (string, error) {
	name, ok, err := resource.Property("Name")
	if err != nil {
		return "", fmt.Errorf("reading the name of %s: %w", resource.LogicalID, err)
	}
	if text, isText := name.(string); ok && isText {
		return text, nil
	}
	return resource.LogicalID, nil
}

// secretARN ends in six characters of its own, as Secrets Manager's do.
func secretARN(resource *template.Resource) (string, error) {
	name, err := secretName(resource)
	return arn("secretsmanager", "secret:"+name+"-local0"), err
}
