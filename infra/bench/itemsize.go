package main

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// itemSize is what DynamoDB counts for an item, in bytes.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html, read in 2026.
func itemSize(item map[string]types.AttributeValue) int {
	total := 0
	for name, value := range item {
		total += len(name) + valueSize(value)
	}
	return total
}

func valueSize(value types.AttributeValue) int {
	switch value := value.(type) {
	case *types.AttributeValueMemberS:
		return len(value.Value)
	case *types.AttributeValueMemberN:
		return (len(strings.Trim(value.Value, "-0"))+1)/2 + 1
	case *types.AttributeValueMemberL:
		total := 3
		for _, item := range value.Value {
			total += 1 + valueSize(item)
		}
		return total
	case *types.AttributeValueMemberM:
		return 3 + len(value.Value) + itemSize(value.Value)
	}
	return 1 // booleans and nulls; the table has nothing else
}
