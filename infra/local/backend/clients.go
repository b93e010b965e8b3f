package backend

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// DynamoDB makes a client of the backend's DynamoDB. Its connections end with [Backend.Close].
func (b *Backend) DynamoDB() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(b.DynamoDBURL), Region: Region, HTTPClient: b.http,
		Credentials: credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
	})
}

// SQS makes a client of the backend's SQS. Its connections end with [Backend.Close].
func (b *Backend) SQS() *sqs.Client {
	return sqs.New(sqs.Options{
		BaseEndpoint: aws.String(b.SQSURL), Region: Region, HTTPClient: b.http,
		Credentials: credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
	})
}
