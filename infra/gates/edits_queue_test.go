package main

var queueEdits = []edit{
	{rule: "visibility", in: "AccountsQueue", old: "VisibilityTimeout: 90", new: "VisibilityTimeout: 60"},
	{rule: "visibility", in: "UsersQueue", old: "      VisibilityTimeout: 90\n", new: ""},
	{rule: "visibility", in: "PaystubsFunction", old: "Timeout: 10", new: "Timeout: 15", where: "PaystubsQueue"},
	{rule: "visibility", in: "PaystubsFunction", old: "MaximumBatchingWindowInSeconds: 1", new: "MaximumBatchingWindowInSeconds: 31", where: "PaystubsQueue"},

	{rule: "receives", in: "AccountsQueue", old: "maxReceiveCount: 10", new: "maxReceiveCount: 0"},
	{rule: "receives", in: "AccountsQueue", old: "maxReceiveCount: 10", new: "maxReceiveCount: 4"},
	{rule: "receives", in: "AccountsQueue", old: "VisibilityTimeout: 90", new: "VisibilityTimeout: 43200"},
	{rule: "receives", in: "AccountsQueue", old: "maxReceiveCount: 10", new: "maxReceiveCount: 1000000"},
	{rule: "receives", in: "IdentitiesQueue", old: "        maxReceiveCount: 10\n", new: ""},
	{
		rule: "receives", in: "UsersQueue", new: "",
		old: "      RedrivePolicy:\n        deadLetterTargetArn: !GetAtt UsersDeadLetterQueue.Arn\n        maxReceiveCount: 10\n",
	},

	{rule: "retention", in: "AccountsDeadLetterQueue", old: "MessageRetentionPeriod: 1209600", new: "MessageRetentionPeriod: 345600"},
	{rule: "retention", in: "PaystubsDeadLetterQueue", old: "MessageRetentionPeriod: 1209600", new: "MessageRetentionPeriod: 259200"},
	{rule: "retention", in: "UsersDeadLetterQueue", old: "      MessageRetentionPeriod: 1209600 # 14 days\n", new: ""},
	{
		rule: "retention", file: "shared/status/evidence.go", where: "AccountsDeadLetterQueue",
		old: "MaxEvidenceAge = 28 * 24 * time.Hour", new: "MaxEvidenceAge = 18 * 24 * time.Hour",
	},
	{rule: "tombstone", file: "shared/status/evidence.go", old: "TombstoneLife = 400 * 24", new: "TombstoneLife = 28 * 24"},

	{rule: "mapping", in: "AccountsFunction", old: "            FunctionResponseTypes: [ReportBatchItemFailures]\n", new: ""},
	{rule: "mapping", in: "UsersFunction", old: "BatchSize: 10\n            MaximumBatchingWindowInSeconds: 1", new: "BatchSize: 11\n            MaximumBatchingWindowInSeconds: 0"},
	{rule: "mapping", in: "UsersFunction", old: "            BatchSize: 10\n", new: ""},
	{rule: "mapping", in: "UsersFunction", old: "Timeout: 10", new: "Timeout: 10\n      ReservedConcurrentExecutions: 2"},

	{rule: "concurrency", in: "AccountsFunction", old: "MaximumConcurrency: !Ref WorkerConcurrency", new: "MaximumConcurrency: 1"},
	{rule: "concurrency", in: "AccountsFunction", old: "            ScalingConfig:\n              MaximumConcurrency: !Ref WorkerConcurrency\n", new: ""},
	{rule: "concurrency", in: "AccountsFunction", old: "MaximumConcurrency: !Ref WorkerConcurrency", new: "MaximumConcurrency: 3", where: "WorkerConcurrency"},
	{rule: "concurrency", file: samconfig, old: "  \"LogLevel=DEBUG\",", new: "  \"LogLevel=DEBUG\",\n  \"WorkerConcurrency=3\",", where: "WorkerConcurrency"},

	{rule: "concurrency", in: "WebhookFunction", old: "!If [HasReservedConcurrency, !Ref WebhookReservedConcurrency, !Ref AWS::NoValue]", new: "!Ref WebhookReservedConcurrency"},
	{
		rule: "concurrency", where: "WebhookFunction", old: "HasReservedConcurrency: !Not [!Equals [!Ref WebhookReservedConcurrency, 0]]",
		new: "HasReservedConcurrency: !Equals [!Ref WebhookReservedConcurrency, 0]",
	},

	{rule: "message size", in: "UnroutedQueue", old: "MaximumMessageSize: 1048576", new: "MaximumMessageSize: 262144"},
	{rule: "message size", in: "UsersQueue", old: "      MaximumMessageSize: 1048576 # 1 MiB\n", new: ""},

	{rule: "front door's times", in: "WebhookFunction", old: "Timeout: 7", new: "Timeout: 5"},
	{rule: "front door's times", in: "WebhookFunction", old: "Timeout: 7", new: "Timeout: 8"},
	{rule: "front door's times", in: "WebhookFunction", old: "TimeoutInMillis: 8000", new: "TimeoutInMillis: 10000"},
	{rule: "front door's times", in: "WebhookFunction", old: "TimeoutInMillis: 8000", new: "TimeoutInMillis: 31000"},
	{rule: "front door's times", in: "WebhookFunction", old: "            TimeoutInMillis: 8000\n", new: ""},
	{rule: "front door's times", file: "functions/webhook/handler.go", old: "budget = 5 * time.Second", new: "budget = 7 * time.Second", where: frontDoor},
	{rule: "front door's times", file: "shared/queue/sender.go", old: "attempts       = 3", new: "attempts       = 4", where: frontDoor},
	{rule: "front door's times", file: "shared/queue/sender.go", old: "maxBackoff     = 200", new: "maxBackoff     = 400", where: frontDoor},
	{rule: "front door's times", file: "shared/secret/source.go", old: "fetchTime = 800", new: "fetchTime = 1200", where: frontDoor},
	{rule: "front door's times", file: "shared/secret/client.go", old: "attemptTimeout = 900", new: "attemptTimeout = 1000", where: frontDoor},

	{rule: "workers' times", in: "UsersFunction", old: "Timeout: 10", new: "Timeout: 9"},
	{rule: "workers' times", file: "shared/table/table.go", old: "attemptTimeout = 1500", new: "attemptTimeout = 1600", where: "AccountsFunction"},
	{rule: "workers' times", file: "shared/queue/worker.go", old: "answerTime = 500 * time.Millisecond", new: "answerTime = time.Second", where: "AccountsFunction"},
}

var functionEdits = []edit{
	{rule: "wiring", in: "AccountsFunction", old: "BuildMethod: makefile", new: "BuildMethod: go1.x"},
	{rule: "wiring", in: "AccountsFunction", old: "Role: !GetAtt AccountsRole.Arn", new: "Role: !GetAtt UsersRole.Arn"},
	{rule: "wiring", in: "AccountsFunction", old: "Timeout: 10", new: "Timeout: 10\n      Policies: [AWSLambdaBasicExecutionRole]"},
	{rule: "wiring", in: "AccountsFunction", old: "Timeout: 10", new: "Timeout: 10\n      Tracing: PassThrough"},
	{rule: "wiring", in: "AccountsFunction", old: "Timeout: 10", new: "Timeout: 10\n      Runtime: provided.al2"},
	{rule: "wiring", in: "AccountsFunction", old: "TABLE_NAME: !Ref StatusTable", new: "TABLE: !Ref StatusTable"},
	{rule: "wiring", in: "WebhookFunction", old: "QUEUE_URL_USERS: !Ref UsersQueue", new: "QUEUE_URL_USERS: !Ref AccountsQueue"},
	{rule: "wiring", in: "WebhookFunction", old: "QUEUE_URL_USERS: !Ref UsersQueue", new: "QUEUE_URL_USERS: !GetAtt UsersQueue.Arn"},
	{rule: "wiring", in: "WebhookFunction", old: "          RELEASE: !Ref Release\n", new: ""},
	{rule: "wiring", in: "UsersFunction", old: "Queue: !GetAtt UsersQueue.Arn", new: "Queue: !GetAtt AccountsQueue.Arn"},
	{rule: "wiring", in: "UsersQueue", old: "!GetAtt UsersDeadLetterQueue.Arn", new: "!GetAtt AccountsDeadLetterQueue.Arn"},

	{rule: "logs", in: "AccountsFunction", old: "      LoggingConfig:\n        LogGroup: !Ref AccountsLogs\n", new: ""},
	{rule: "logs", in: "AccountsFunction", old: "LogGroup: !Ref AccountsLogs", new: "LogGroup: !Ref UsersLogs"},
	{rule: "logs", in: "AccountsFunction", old: "LogGroup: !Ref AccountsLogs", new: "LogGroup: !Ref AccountsLogs\n        ApplicationLogLevel: WARN"},
	{rule: "logs", in: "AccountsFunction", old: "LogGroup: !Ref AccountsLogs", new: "LogGroup: !Ref AccountsLogs\n        LogFormat: Text"},
	{rule: "logs", in: "UsersLogs", old: "      RetentionInDays: !Ref LogRetentionDays\n", new: ""},
	{rule: "logs", in: "AuditLogs", old: "RetentionInDays: 400", new: "RetentionInDays: 7"},
	{rule: "logs", in: "ApiLogs", old: "RetentionInDays: !Ref LogRetentionDays", new: "RetentionInDays: !Ref LogRetentionDays\n      LogGroupClass: INFREQUENT_ACCESS"},
	{rule: "logs", file: samconfig, old: "LogRetentionDays=14", new: "LogRetentionDays=7", where: "WebhookLogs"},

	{rule: "api", in: "Api", old: "        ThrottlingRateLimit: 200\n", new: ""},
	{rule: "api", in: "Api", old: "ThrottlingBurstLimit: 500", new: "ThrottlingBurstLimit: 0"},
	{rule: "api", in: "ApiLogs", old: "/aws/vendedlogs/${AWS::StackName}/api", new: "/aws/apigateway/${AWS::StackName}", where: "Api"},
	{rule: "api", in: "Api", old: `{"time":"$context.requestTime",`, new: `{"time":"$context.requestTime","agent":"$context.identity.userAgent",`},
	{rule: "api", in: "Api", old: `"status":"$context.status",`, new: `"status":$context.status,`},
	{rule: "api", in: "Api", old: `"status":"$context.status",`, new: `"answer":"$context.status",`, where: "ApiThrottled"},
	{rule: "api", in: "ApiThrottled", old: "LogGroupName: !Ref ApiLogs", new: "LogGroupName: !Ref WebhookLogs"},
	{rule: "api", in: "Api", old: "ThrottlingBurstLimit: 500", new: "ThrottlingBurstLimit: 50000"},
	{rule: "api", in: "Api", old: "StageName: $default", new: "StageName: prod"},
	{rule: "api", in: "Api", old: "ThrottlingRateLimit: 200", new: "ThrottlingRateLimit: 201"},
	{rule: "api", in: "WebhookFunction", old: "Method: POST", new: "Method: ANY"},
	{rule: "api", in: "WebhookFunction", old: "Path: /webhooks/argyle", new: "Path: /webhook/argyle"},
	{rule: "api", in: "WebhookFunction", old: `PayloadFormatVersion: "2.0"`, new: `PayloadFormatVersion: "1.0"`},

	{rule: "logs", in: "AccountsFunction", old: "LogGroup: !Ref AccountsLogs", new: "LogGroup: !Ref AccountsLogs\n        SystemLogLevel: INFO"},

	{rule: "memory", in: "AccountsFunction", old: "Timeout: 10", new: "Timeout: 10\n      MemorySize: 128"},

	{rule: "known", in: "AccountsFunction", old: "            BatchSize: 10\n", new: "            BatchSize: 10\n            FilterCriteria: {Filters: []}\n"},
	{rule: "known", in: "AccountsFunction", old: "            BatchSize: 10\n", new: "            BatchSize: 10\n            Enabled: false\n"},
	{rule: "known", in: "AccountsFunction", old: "        Queue:\n          Type: SQS", new: "        Messages:\n          Type: SQS"},
	{rule: "known", in: "WebhookFunction", old: "AutoPublishAlias: live", new: "AutoPublishAlias: live\n      FunctionUrlConfig: {AuthType: NONE}"},
	{rule: "known", in: "WebhookFunction", old: "            Method: POST\n", new: "            Method: POST\n            RouteSettings: {ThrottlingRateLimit: 1}\n"},
	{rule: "known", in: "Api", old: "StageName: $default", new: "StageName: $default\n      DisableExecuteApiEndpoint: true"},
	{rule: "known", in: "UsersQueue", old: "VisibilityTimeout: 90", new: "VisibilityTimeout: 90\n      DelaySeconds: 900"},
	{rule: "known", in: "StatusTable", old: "BillingMode: PAY_PER_REQUEST", new: "BillingMode: PAY_PER_REQUEST\n      TableName: status"},
	{rule: "known", in: "StatusTable", old: "BillingMode: PAY_PER_REQUEST", new: "BillingMode: PAY_PER_REQUEST\n      OnDemandThroughput: {MaxWriteRequestUnits: 1}"},
	{rule: "known", in: "UnavailableAlarm", old: "MetricName: unavailable", new: "MetricName: unavailable\n      ActionsEnabled: false"},
	{rule: "known", in: "AlarmTopic", old: "AWS::SNS::Topic\n", new: "AWS::SNS::Theme\n"},

	{rule: "outputs", in: "PaystubsDeadLetterQueueUrl", old: "!Ref PaystubsDeadLetterQueue", new: "!Ref PaystubsQueue"},
	{rule: "outputs", in: "TableName", old: "!Ref StatusTable", new: "!GetAtt StatusTable.Arn"},
	{rule: "outputs", in: "WebhookUrl", old: "https://${DomainName}/webhooks/argyle", new: "https://${DomainName}/argyle"},
	{rule: "outputs", in: "WebhookUrl", old: "${AWS::URLSuffix}/webhooks/argyle", new: "${AWS::URLSuffix}"},
	{rule: "outputs", in: "SecretArn", old: "  SecretArn:", new: "  Secret:"},

	{rule: "domain", in: "ApiDomain", old: "SecurityPolicy: TLS_1_2", new: "SecurityPolicy: TLS_1_0"},
	{rule: "domain", in: "ApiDomainMapping", old: "Stage: !Ref Api.Stage", new: "Stage: prod"},
	{rule: "domain", in: "ApiDomainRecord", old: "Name: !Ref DomainName", new: "Name: hooks.example.org"},
	{rule: "domain", in: "ApiDomainRecord", old: "!GetAtt ApiDomain.RegionalHostedZoneId", new: "!Ref HostedZoneId"},

	{rule: "table", in: "StatusTable", old: "ProjectionType: KEYS_ONLY", new: "ProjectionType: ALL"},
	{rule: "table", in: "StatusTable", old: "BillingMode: PAY_PER_REQUEST", new: "BillingMode: PROVISIONED"},

	{rule: "rollout", in: "WebhookFunction", old: "[!Ref WebhookErrorsAlarm, !Ref UnavailableAlarm]", new: "[!Ref WebhookErrorsAlarm]"},
	{rule: "rollout", in: "WebhookFunction", old: "[!Ref WebhookErrorsAlarm, !Ref UnavailableAlarm]", new: "[!Ref WebhookErrorsAlarm, !Ref UnavailableAlarm, !Ref Api5xxAlarm]"},
	{rule: "rollout", in: "WebhookFunction", old: "[!Ref WebhookErrorsAlarm, !Ref UnavailableAlarm], []]", new: "[!Ref WebhookErrorsAlarm, !Ref UnavailableAlarm], [!Ref UnavailableAlarm]]"},
	{rule: "rollout", in: "WebhookErrorsAlarm", old: "        - Name: Resource\n          Value: !Sub ${WebhookFunction}:live\n", new: ""},
	{rule: "rollout", in: "WebhookFunction", old: "!If [Canary, Canary10Percent10Minutes, AllAtOnce]", new: "AllAtOnce"},
	{rule: "rollout", in: "WebhookFunction", old: "      AutoPublishCodeSha256: !Ref Release\n", new: ""},
}
