package backend

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/infra/template"
)

var (
	tableApplied = []string{
		"AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes",
		"ProvisionedThroughput", "StreamSpecification", "TableName", "TimeToLiveSpecification",
	}
	// tableIgnored are properties without a meaning for a table in memory: backup, encryption, protection, tags, limits, insight, class.
	tableIgnored = []string{
		"ContributorInsightsSpecification", "DeletionProtectionEnabled", "OnDemandThroughput", "PointInTimeRecoverySpecification",
		"SSESpecification", "TableClass", "Tags", "WarmThroughput",
	}
	indexApplied = []string{"IndexName", "KeySchema", "Projection", "ProvisionedThroughput"}
	indexIgnored = []string{"ContributorInsightsSpecification", "OnDemandThroughput", "WarmThroughput"}
)

// tableSpec is what the template says of a table.
type tableSpec struct {
	create *dynamodb.CreateTableInput
	// expiry is the attribute of TimeToLiveSpecification, "" if there is none.
	expiry string
}

func tableSpecOf(res *template.Resource) (tableSpec, error) {
	p := res.Properties
	if err := known(p, tableApplied, tableIgnored); err != nil {
		return tableSpec{}, err
	}
	in := &dynamodb.CreateTableInput{}
	name, err := p.StringOr("TableName", res.LogicalID)
	if err != nil {
		return tableSpec{}, err
	}
	in.TableName = aws.String(name)
	// CloudFormation's default.
	mode, err := p.StringOr("BillingMode", string(types.BillingModeProvisioned))
	if err != nil {
		return tableSpec{}, err
	}
	in.BillingMode = types.BillingMode(mode)
	if in.ProvisionedThroughput, err = throughput(p); err != nil {
		return tableSpec{}, err
	}
	if in.KeySchema, err = keySchema(p); err != nil {
		return tableSpec{}, err
	}
	if in.AttributeDefinitions, err = attributes(p); err != nil {
		return tableSpec{}, err
	}
	if in.GlobalSecondaryIndexes, in.LocalSecondaryIndexes, err = indexes(p); err != nil {
		return tableSpec{}, err
	}
	if in.StreamSpecification, err = stream(p); err != nil {
		return tableSpec{}, err
	}
	expiry, err := timeToLive(p)
	return tableSpec{create: in, expiry: expiry}, err
}

func attributes(p template.Props) ([]types.AttributeDefinition, error) {
	list, err := p.Maps("AttributeDefinitions")
	if err != nil {
		return nil, err
	}
	var out []types.AttributeDefinition
	for _, item := range list {
		name, err := item.String("AttributeName")
		if err != nil {
			return nil, err
		}
		kind, err := item.String("AttributeType")
		if err != nil {
			return nil, err
		}
		out = append(out, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: types.ScalarAttributeType(kind)})
	}
	return out, nil
}

func keySchema(p template.Props) ([]types.KeySchemaElement, error) {
	list, err := p.Maps("KeySchema")
	if err != nil {
		return nil, err
	}
	var out []types.KeySchemaElement
	for _, item := range list {
		name, err := item.String("AttributeName")
		if err != nil {
			return nil, err
		}
		kind, err := item.String("KeyType")
		if err != nil {
			return nil, err
		}
		out = append(out, types.KeySchemaElement{AttributeName: aws.String(name), KeyType: types.KeyType(kind)})
	}
	return out, nil
}

func indexes(p template.Props) (global []types.GlobalSecondaryIndex, local []types.LocalSecondaryIndex, err error) {
	for _, property := range []string{"GlobalSecondaryIndexes", "LocalSecondaryIndexes"} {
		list, err := p.Maps(property)
		if err != nil {
			return nil, nil, err
		}
		for _, item := range list {
			index, err := readIndex(item)
			if err != nil {
				return nil, nil, err
			}
			if property == "GlobalSecondaryIndexes" {
				global = append(global, index)
			} else {
				local = append(local, types.LocalSecondaryIndex{IndexName: index.IndexName, KeySchema: index.KeySchema, Projection: index.Projection})
			}
		}
	}
	return global, local, nil
}

func readIndex(p template.Props) (types.GlobalSecondaryIndex, error) {
	var index types.GlobalSecondaryIndex
	if err := known(p, indexApplied, indexIgnored); err != nil {
		return index, err
	}
	name, err := p.String("IndexName")
	if err != nil {
		return index, err
	}
	index.IndexName = aws.String(name)
	if index.KeySchema, err = keySchema(p); err != nil {
		return index, err
	}
	if index.ProvisionedThroughput, err = throughput(p); err != nil {
		return index, err
	}
	projection, err := p.Map("Projection")
	if err != nil {
		return index, err
	}
	kind, err := projection.StringOr("ProjectionType", string(types.ProjectionTypeAll))
	if err != nil {
		return index, err
	}
	more, err := projection.Strings("NonKeyAttributes")
	if err != nil {
		return index, err
	}
	index.Projection = &types.Projection{ProjectionType: types.ProjectionType(kind), NonKeyAttributes: more}
	return index, projection.Only("ProjectionType", "NonKeyAttributes")
}

func throughput(p template.Props) (*types.ProvisionedThroughput, error) {
	if !p.Has("ProvisionedThroughput") {
		return nil, nil
	}
	units, err := p.Map("ProvisionedThroughput")
	if err != nil {
		return nil, err
	}
	read, err := units.Int("ReadCapacityUnits")
	if err != nil {
		return nil, err
	}
	write, err := units.Int("WriteCapacityUnits")
	if err != nil {
		return nil, err
	}
	return &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(int64(read)), WriteCapacityUnits: aws.Int64(int64(write))}, nil
}

func stream(p template.Props) (*types.StreamSpecification, error) {
	if !p.Has("StreamSpecification") {
		return nil, nil
	}
	spec, err := p.Map("StreamSpecification")
	if err != nil {
		return nil, err
	}
	if err := spec.Only("StreamViewType", "ResourcePolicy"); err != nil {
		return nil, err
	}
	view, err := spec.String("StreamViewType")
	if err != nil {
		return nil, err
	}
	return &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(view)}, nil
}

func timeToLive(p template.Props) (attribute string, err error) {
	spec, err := p.MapOr("TimeToLiveSpecification")
	if err != nil {
		return "", err
	}
	if err := spec.Only("AttributeName", "Enabled"); err != nil {
		return "", err
	}
	on, err := spec.BoolOr("Enabled", false)
	if err != nil || !on {
		return "", err
	}
	return spec.String("AttributeName")
}
