package main

var protectionEdits = []edit{
	{rule: "kept", in: "StatusTable", old: "    DeletionPolicy: !If [Protected, RetainExceptOnCreate, Delete]\n", new: ""},
	{rule: "kept", in: "SigningSecret", old: "    UpdateReplacePolicy: !If [Protected, Retain, Delete]\n", new: ""},
	{rule: "kept", in: "UsersDeadLetterQueue", old: "DeletionPolicy: !If [Protected, RetainExceptOnCreate, Delete]", new: "DeletionPolicy: Delete"},
	{rule: "kept", in: "AuditLogs", old: "DeletionPolicy: !If [Protected, RetainExceptOnCreate, Delete]", new: "DeletionPolicy: RetainExceptOnCreate"},
	{rule: "kept", in: "StatusTable", old: "DeletionProtectionEnabled: !If [Protected, true, false]", new: "DeletionProtectionEnabled: false"},
	{rule: "kept", in: "StatusTable", old: "DeletionProtectionEnabled: !If [Protected, true, false]", new: "DeletionProtectionEnabled: true"},
	{rule: "kept", in: "StatusTable", old: "PointInTimeRecoveryEnabled: true", new: "PointInTimeRecoveryEnabled: false"},

	{rule: "encryption", in: "UsersQueue", old: "SqsManagedSseEnabled: !If [HasKey, !Ref AWS::NoValue, true]", new: "SqsManagedSseEnabled: false"},
	{rule: "encryption", in: "UsersQueue", old: "SqsManagedSseEnabled: !If [HasKey, !Ref AWS::NoValue, true]", new: "SqsManagedSseEnabled: true"},
	{rule: "encryption", in: "UnroutedQueue", old: "      KmsMasterKeyId: !If [HasKey, !Ref KmsKeyArn, !Ref AWS::NoValue]\n", new: ""},
	{rule: "encryption", in: "StatusTable", old: "        KMSMasterKeyId: !If [HasKey, !Ref KmsKeyArn, !Ref AWS::NoValue]\n", new: ""},
	{rule: "encryption", in: "StatusTable", old: "SSEEnabled: !If [HasKey, true, false]", new: "SSEEnabled: false"},
	{rule: "encryption", in: "SigningSecret", old: "      KmsKeyId: !If [HasKey, !Ref KmsKeyArn, !Ref AWS::NoValue]\n", new: ""},
	{rule: "encryption", in: "AuditLogs", old: "      KmsKeyId: !If [HasKey, !Ref KmsKeyArn, !Ref AWS::NoValue]\n", new: ""},
	{rule: "encryption", in: "AlarmTopic", old: "DisplayName: argyle-webhooks", new: "KmsMasterKeyId: alias/aws/sns"},

	{rule: "tls", in: "QueuePolicy", old: "        - !Ref UnroutedQueue\n", new: "", where: "UnroutedQueue"},
	{rule: "tls", in: "QueuePolicy", old: `Resource: "*"`, new: "Resource: [!GetAtt UsersQueue.Arn, !GetAtt AccountsQueue.Arn]", where: "UsersQueue"},
	{rule: "tls", in: "QueuePolicy", old: `aws:SecureTransport: "false"`, new: `aws:SecureTransport: "true"`, where: "UsersQueue"},
	{rule: "tls", in: "QueuePolicy", old: "Effect: Deny", new: "Effect: Allow", where: "UsersQueue"},
	{rule: "tls", in: "QueuePolicy", old: "AWS::SQS::QueuePolicy", new: "AWS::SNS::TopicPolicy"},

	{rule: "secret", in: "SigningSecret", old: "    Properties:\n", new: "    Properties:\n      GenerateSecretString: {PasswordLength: 32}\n"},
	{rule: "secret", in: "SigningSecret", old: "    Properties:\n", new: "    Properties:\n      SecretString: canary\n"},
	{
		rule: "secret", in: "WebhookFunction", where: "WebhookFunction.Environment.Variables.SECRET_ARN",
		old: "SECRET_ARN: !Ref SigningSecret", new: `SECRET_ARN: !Sub "{{resolve:secretsmanager:${SigningSecret}}}"`,
	},

	{rule: "boundary", in: "RolloutRole", old: "      PermissionsBoundary: !If [HasBoundary, !Ref PermissionsBoundaryArn, !Ref AWS::NoValue]\n", new: ""},
	{rule: "boundary", in: "UsersRole", old: "!If [HasBoundary, !Ref PermissionsBoundaryArn, !Ref AWS::NoValue]", new: "arn:aws:iam::000000000000:policy/other"},
}
