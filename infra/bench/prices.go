package main

// Prices of us-east-1, on demand, without free tiers, in dollars. Source: AWS's price lists (aws.amazon.com/api-gateway/pricing, /lambda/pricing,
// /sqs/pricing, /dynamodb/pricing/on-demand, /cloudwatch/pricing), first tier, as of 2026. They stand here and nowhere else.
const (
	pricesDate = "2026"

	priceHTTPAPI       = 1.00 / 1e6   // a request of up to 512 KB
	priceLambdaRequest = 0.20 / 1e6   // an invocation
	priceLambdaGBs     = 0.0000133334 // a GB-second on arm64, billed by the millisecond
	priceSQS           = 0.40 / 1e6   // a request of up to 64 KB, standard queue
	priceSQSFIFO       = 0.50 / 1e6   // the same, FIFO queue
	priceWriteUnit     = 0.625 / 1e6  // of up to 1 KB
	priceReadUnit      = 0.125 / 1e6  // of up to 4 KB, strongly consistent
	priceLogGB         = 0.50         // a GB taken in, function logs and vended access logs alike
)

// What this machine cannot measure of AWS. None of it weighs much: a millisecond of the front door is 0.7 cents per million events.
const (
	assumedSend     = 0.010 // seconds of one SendMessage, for which the front door waits
	assumedDynamoDB = 0.005 // seconds of one call of DynamoDB
	fullCoreMB      = 1769  // memory at which Lambda gives a whole core; less memory is that much less of one
)
