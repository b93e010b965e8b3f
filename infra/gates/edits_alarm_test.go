package main

const actions = "[!If [HasOwnTopic, !Ref AlarmTopic, !Ref AlarmTopicArn]]"

var alarmEdits = []edit{
	{rule: "alarm's form", in: "UnavailableAlarm", old: "      AlarmActions: " + actions + "\n", new: ""},
	{rule: "alarm's form", in: "UnavailableAlarm", old: "      OKActions: " + actions + "\n", new: ""},
	{rule: "alarm's form", in: "UnavailableAlarm", old: "AlarmActions: " + actions, new: "AlarmActions: [!Ref AlarmTopicArn]"},
	{rule: "alarm's form", in: "UnavailableAlarm", old: "      TreatMissingData: notBreaching\n", new: ""},
	{rule: "alarm's form", in: "UnavailableAlarm", old: "may be lost. First: in", new: "may be lost. In"},
	{rule: "alarm's form", in: "UnavailableAlarm", old: "Deliveries were answered 503 and may be lost. First:", new: "First:"},
	{rule: "alarm's form", in: "UnavailableAlarm", old: "Deliveries were", new: "Deliveries" + long + " were"},
	{rule: "alarm's form", in: "UnavailableAlarm", old: "Period: 60", new: "Period: 10"},
	{rule: "alarm's form", in: "SilenceAlarm", old: "Period: 3600", new: "Period: 7200"},
	{rule: "alarm's form", in: "SecretFetchAlarm", old: "EvaluationPeriods: 3", new: "EvaluationPeriods: 289"},

	{rule: "alarm's metric", in: "Api5xxAlarm", old: "MetricName: 5xx", new: "MetricName: 5XXError"},
	{rule: "alarm's metric", in: "Api5xxAlarm", old: "Name: ApiId", new: "Name: ApiName"},
	{rule: "alarm's metric", in: "AccountsQueueAgeAlarm", old: "Value: !GetAtt AccountsQueue.QueueName", new: "Value: !Ref AccountsQueue"},
	{rule: "alarm's metric", in: "UsersDeadLetterQueueAlarm", old: "Value: !GetAtt UsersDeadLetterQueue.QueueName", new: "Value: !GetAtt UsersDeadLetterQueue.Arn"},
	{rule: "alarm's metric", in: "WebhookErrorsAlarm", old: "${WebhookFunction}:live", new: "${WebhookFunction}:prod"},
	{rule: "alarm's metric", in: "TableReadThrottlesAlarm", old: "Expression: FILL(throttled, 0)", new: "Expression: FILL(throttled, REPEAT)"},
	{rule: "alarm's metric", in: "TableReadThrottlesAlarm", old: "ReturnData: false", new: "ReturnData: true"},
	{rule: "alarm's metric", in: "TableWriteThrottlesAlarm", old: "Value: !Ref StatusTable", new: "Value: !GetAtt StatusTable.Arn"},
	{rule: "alarm's metric", in: "UsersDeadLetterQueueAlarm", old: "Statistic: Maximum", new: "Statistic: Sum"},
	{rule: "alarm's metric", in: "SecretFetchAlarm", old: "Statistic: Sum", new: "Statistic: Average"},
	{rule: "alarm's metric", in: "TableReadThrottlesAlarm", old: "MetricName: ReadThrottleEvents", new: "MetricName: ReadThrottles"},
	{rule: "alarm's metric", in: "UsersErrorsAlarm", old: "Value: !Ref UsersFunction", new: "Value: !GetAtt UsersFunction.Arn"},
	{rule: "alarm's metric", in: "UnavailableAlarm", old: "MetricName: unavailable", new: "MetricName: not_available"},
	{rule: "alarm's metric", in: "UnavailableAlarm", old: "Namespace: !Ref AWS::StackName", new: "Namespace: argyle"},
	{rule: "alarm's metric", in: "UnavailableAlarm", old: "Statistic: Sum", new: "Dimensions: [{Name: function, Value: webhook}]\n      Statistic: Sum"},
	{rule: "alarm's metric", in: "ApiThrottled", old: "MetricName: throttled", new: "MetricName: too_many", where: "ApiThrottledAlarm"},
	{rule: "alarm's metric", in: "ApiThrottled", old: "MetricName: throttled", new: "MetricName: unavailable"},
	{rule: "alarm's metric", in: "ApiThrottled", old: `MetricValue: "1"`, new: `MetricValue: "0"`},

	{rule: "every alarm", in: "UnroutedQueueAlarm", old: "!GetAtt UnroutedQueue.QueueName", new: "!GetAtt UsersDeadLetterQueue.QueueName", where: "prod"},
	{rule: "every alarm", in: "AccountsQueueAgeAlarm", old: "MetricName: ApproximateAgeOfOldestMessage", new: "MetricName: NumberOfMessagesSent", where: "prod"},
	{rule: "every alarm", in: "UsersThrottlesAlarm", old: "MetricName: Throttles", new: "MetricName: Errors", where: "dev"},
	{rule: "every alarm", in: "WebhookThrottlesAlarm", old: "!Ref WebhookFunction", new: "!Ref UsersFunction", where: "staging"},
	{rule: "every alarm", in: "PreviousSecretAlarm", old: "MetricName: secret", new: "MetricName: outside", where: "dev"},
	{rule: "every alarm", in: "UnroutedQueueAlarm", old: "    Condition: Protected\n", new: ""},
	{rule: "every alarm", in: "UsersErrorsAlarm", old: "AWS::CloudWatch::Alarm\n", new: "AWS::CloudWatch::Alarm\n    Condition: Protected\n", where: "dev"},
	{rule: "every alarm", in: "UsersErrorsAlarm", old: "AWS::CloudWatch::Alarm\n", new: "AWS::CloudWatch::Alarm\n    Condition: Protected\n"},
	{rule: "every alarm", in: "SilenceAlarm", old: "MetricName: accepted", new: "MetricName: outside", where: "prod"},
	{rule: "every alarm", in: "Dashboard", old: "    Condition: Protected\n", new: "", where: "dev"},

	{rule: "topic", in: "AlarmTopicPolicy", old: "Service: cloudwatch.amazonaws.com", new: "Service: events.amazonaws.com", where: "AlarmTopic"},
	{rule: "topic", in: "AlarmEmailSubscription", old: "Endpoint: !Ref AlarmEmail", new: "Endpoint: somebody@example.com"},
	{rule: "topic", in: "AlarmEmailSubscription", old: "    Condition: HasAlarmEmail\n", new: "    Condition: HasOwnTopic\n"},
	{rule: "topic", in: "AlarmTopicPolicy", old: "Effect: Deny", new: "Effect: Allow", where: "AlarmTopic"},
	{rule: "topic", in: "AlarmTopicPolicy", old: "    Condition: HasOwnTopic\n", new: "    Condition: HasAlarmEmail\n", where: "AlarmTopic"},

	{rule: "silence", in: "SilenceAlarm", old: "Namespace: !Ref AWS::StackName\n      MetricName: accepted", new: "Namespace: AWS/ApiGateway\n      MetricName: Count"},
	{rule: "silence", in: "SilenceAlarm", old: "TreatMissingData: breaching", new: "TreatMissingData: notBreaching"},
	{rule: "silence", in: "SilenceAlarm", old: "Statistic: Sum", new: "Statistic: SampleCount"},
	{rule: "silence", in: "SilenceAlarm", old: "Period: 3600", new: "Period: 1800"},
	{rule: "silence", in: "SilenceAlarm", old: "EvaluationPeriods: !Ref SilenceHours", new: "EvaluationPeriods: 24"},

	{rule: "threshold", in: "UsersDeadLetterQueueAlarm", old: "Threshold: 1\n", new: "Threshold: 10\n"},
	{rule: "threshold", in: "UsersQueueAgeAlarm", old: "Threshold: 900", new: "Threshold: 90000"},
	{rule: "threshold", in: "UnavailableAlarm", old: "GreaterThanOrEqualToThreshold", new: "GreaterThanThreshold"},
	{rule: "threshold", in: "UnavailableAlarm", old: "TreatMissingData: notBreaching", new: "TreatMissingData: breaching"},

	{rule: "notice", in: "UnavailableAlarm", old: "Period: 60", new: "Period: 3600"},
	{rule: "notice", in: "WebhookErrorsAlarm", old: "EvaluationPeriods: 1", new: "EvaluationPeriods: 30"},
	{rule: "notice", in: "UsersQueueAgeAlarm", old: "EvaluationPeriods: 1", new: "EvaluationPeriods: 288"},
	{rule: "notice", in: "UsersErrorsAlarm", old: "DatapointsToAlarm: 2", new: "DatapointsToAlarm: 4"},
	{rule: "notice", in: "RefusedSignaturesAlarm", old: "Period: 900", new: "Period: 60"},
	{rule: "notice", in: "PreviousSecretAlarm", old: "Period: 86400", new: "Period: 60"},

	{rule: "dashboard", in: "Dashboard", old: "DashboardName: !Sub ${AWS::StackName}-${AWS::Region}", new: "DashboardName: argyle-webhooks"},
	{rule: "dashboard", in: "Dashboard", old: `"start": "-PT12H",`, new: `"start": "-PT12H"`},
	{rule: "dashboard", in: "Dashboard", old: `"widgets": [`, new: `"gadgets": [`},
	{rule: "dashboard", in: "Dashboard", old: `[".", "unavailable", {"color": "#d62728"}]`, new: `[".", "not_available"]`},
	{rule: "dashboard", in: "Dashboard", old: `"lag_ms", "function", "accounts"`, new: `"lag_ms", "function", "webhook"`},
	{rule: "dashboard", in: "Dashboard", old: `"conflicts", "function", "accounts"`, new: `"conflicts", "function"`},
	{rule: "dashboard", in: "Dashboard", old: `["...", "${PaystubsQueue.QueueName}", {"label": "paystubs"}]`, new: `["...", "${PaystubsQueue}"]`},
	{rule: "dashboard", in: "Dashboard", old: `"${UsersDeadLetterQueue.QueueName}", {"label": "users"}`, new: `"${UsersQueue.QueueName}", {"label": "users"}`},
	{rule: "dashboard", in: "Dashboard", old: `[".", "WriteThrottleEvents", ".", ".", {"yAxis": "right"}]`, new: `[".", "WriteThrottleEvents", ".", ".", ".", "."]`},
	{rule: "dashboard", in: "Dashboard", old: `"x": 12, "y": 0, "width": 6`, new: `"x": 11, "y": 0, "width": 6`},
	{rule: "dashboard", in: "Dashboard", old: `"x": 18, "y": 0, "width": 6`, new: `"x": 18, "y": 0, "width": 7`},
	{rule: "dashboard", in: "Dashboard", old: `"title": "Messages in a batch", "region": "${AWS::Region}"`, new: `"title": "Messages in a batch"`},
}

// long is longer than a description may be.
const long = ` and many more words and many more words and many more words and many more words and many more words and many more words
        and many more words and many more words and many more words and many more words and many more words and many more words
        and many more words and many more words and many more words and many more words and many more words and many more words
        and many more words and many more words and many more words and many more words and many more words and many more words
        and many more words and many more words and many more words and many more words and many more words and many more words
        and many more words and many more words and many more words and many more words and many more words and many more words
        and many more words and many more words and many more words and many more words and many more words and many more words`
