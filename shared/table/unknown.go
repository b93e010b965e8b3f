package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/status"
)

// unknown is what is left of an item, or of a data set in it, once all that is known has been taken.
func unknown(left reader) status.Unknown {
	if len(left.left) == 0 {
		return nil
	}
	kept := make(status.Unknown, len(left.left))
	for name, value := range left.left {
		encoded, err := canonical(value)
		if err != nil {
			left.wrong(name, err.Error())
		}
		kept[name] = encoded
	}
	return kept
}

// writeUnknown puts unknown attributes back. One that has become known meanwhile, or that cannot be read, is not written: neither can
// come out of this version's reading.
func writeUnknown(fields attributes, kept status.Unknown) {
	for name, encoded := range kept {
		value, err := parse(encoded)
		if _, known := fields[name]; !known && err == nil {
			fields[name] = value
		}
	}
}

// canonical encodes an attribute value as JSON in DynamoDB's typed form ({"S": "…"}), with sorted keys and sorted sets, so that equal values
// have equal encodings. Nothing is lost: numbers stay strings of digits, binary is base64.
func canonical(value types.AttributeValue) (string, error) {
	content, err := typed(value)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(content); err != nil {
		return "", fmt.Errorf("table: encode an unknown attribute: %w", err)
	}
	return string(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), nil
}

// typed is the value as a map of its type to its content, which encoding/json writes with sorted keys and bytes as base64.
func typed(value types.AttributeValue) (map[string]any, error) {
	switch value := value.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": value.Value}, nil
	case *types.AttributeValueMemberN:
		return map[string]any{"N": value.Value}, nil
	case *types.AttributeValueMemberB:
		return map[string]any{"B": nonNil(value.Value)}, nil
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": value.Value}, nil
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": value.Value}, nil
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": slices.Sorted(slices.Values(value.Value))}, nil
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": slices.Sorted(slices.Values(value.Value))}, nil
	case *types.AttributeValueMemberBS:
		return map[string]any{"BS": slices.SortedFunc(slices.Values(value.Value), bytes.Compare)}, nil
	case *types.AttributeValueMemberL:
		list := make([]any, len(value.Value))
		for i, item := range value.Value {
			content, err := typed(item)
			if err != nil {
				return nil, err
			}
			list[i] = content
		}
		return map[string]any{"L": list}, nil
	case *types.AttributeValueMemberM:
		fields := make(map[string]any, len(value.Value))
		for name, item := range value.Value {
			content, err := typed(item)
			if err != nil {
				return nil, err
			}
			fields[name] = content
		}
		return map[string]any{"M": fields}, nil
	}
	return nil, fmt.Errorf("a type that DynamoDB had not when this was built (%T)", value)
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// encodedValue is the form that canonical writes. Exactly one member is there.
type encodedValue struct {
	S    *string
	N    *string
	B    *[]byte
	BOOL *bool
	NULL *bool
	SS   []string
	NS   []string
	BS   [][]byte
	L    *[]encodedValue
	M    *map[string]encodedValue
}

// parse is the reverse of canonical.
func parse(encoded string) (types.AttributeValue, error) {
	var value encodedValue
	if err := json.Unmarshal([]byte(encoded), &value); err != nil {
		return nil, fmt.Errorf("table: read an unknown attribute: %w", err)
	}
	return value.attribute()
}

func (v encodedValue) attribute() (types.AttributeValue, error) {
	switch {
	case v.S != nil:
		return &types.AttributeValueMemberS{Value: *v.S}, nil
	case v.N != nil:
		return &types.AttributeValueMemberN{Value: *v.N}, nil
	case v.B != nil:
		return &types.AttributeValueMemberB{Value: *v.B}, nil
	case v.BOOL != nil:
		return &types.AttributeValueMemberBOOL{Value: *v.BOOL}, nil
	case v.NULL != nil:
		return &types.AttributeValueMemberNULL{Value: *v.NULL}, nil
	case v.SS != nil:
		return &types.AttributeValueMemberSS{Value: v.SS}, nil
	case v.NS != nil:
		return &types.AttributeValueMemberNS{Value: v.NS}, nil
	case v.BS != nil:
		return &types.AttributeValueMemberBS{Value: v.BS}, nil
	case v.L != nil:
		list := make([]types.AttributeValue, len(*v.L))
		for i, item := range *v.L {
			content, err := item.attribute()
			if err != nil {
				return nil, err
			}
			list[i] = content
		}
		return &types.AttributeValueMemberL{Value: list}, nil
	case v.M != nil:
		fields := make(map[string]types.AttributeValue, len(*v.M))
		for name, item := range *v.M {
			content, err := item.attribute()
			if err != nil {
				return nil, err
			}
			fields[name] = content
		}
		return &types.AttributeValueMemberM{Value: fields}, nil
	}
	return nil, fmt.Errorf("table: read an unknown attribute: %w: no type", ErrCorrupt)
}
