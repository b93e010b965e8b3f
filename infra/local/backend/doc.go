// Package backend runs the two servers that stand in for AWS on one machine: DynamoDB Local for DynamoDB and ElasticMQ for SQS, as child
// processes that listen on loopback only, with the tables and queues that template.yaml declares.
//
// [Start] brings them up, or takes running ones; [Backend.Provision] creates tables and queues; [Backend.Died] tells when a server ends
// by itself; [Backend.Close] ends what Start began. Tests of packages that talk to DynamoDB or SQS use [ForTest].
//
// Servers run on Java, their jars fetched once by Maven into the ignored folder .build; where Java or Maven is missing and Docker
// answers, the official images do instead. A server's data lives in its memory and ends with it.
package backend
