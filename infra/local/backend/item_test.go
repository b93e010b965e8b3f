package backend

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// item is an item of one string.
func item(key, value string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{key: &types.AttributeValueMemberS{Value: value}}
}
