package main

var inWebhook = []mutant{
	{
		file: "functions/webhook/handler.go", why: "the signature's header is looked up with regard to case",
		old: `strings.EqualFold(name, argyle.SignatureHeader)`, new: `name == argyle.SignatureHeader`,
	},
	{
		file: "functions/webhook/handler.go", why: "of several signatures one is taken",
		old: `strings.Join(values, ",")`, new: `strings.Join(values[:min(len(values), 1)], ",")`,
	},
	{
		file: "functions/webhook/handler.go", why: "a body in base64 is verified as it stands",
		old: `if !request.IsBase64Encoded {`, new: `if request.Body != "" {`,
	},
	{
		file: "functions/webhook/handler.go", why: "an answer may take longer than the budget",
		old: `context.WithTimeout(ctx, budget)`, new: `context.WithTimeout(ctx, 2*budget)`,
	},
	{
		file: "functions/webhook/handler.go", why: "a delivery on which the code panicked is accepted",
		old: `answer = internalError`, new: `answer = accepted`,
	},
	{
		file: "functions/webhook/handler.go", why: "a delivery that SQS has not confirmed is accepted",
		old: `return queueUnavailable`, new: `return accepted`,
	},
	{
		file: "functions/webhook/handler.go", why: "a rotated secret is not asked for",
		old: `if !errors.Is(err, argyle.ErrSignatureMismatch) {`, new: `if err != nil {`,
	},
	{
		file: "functions/webhook/handler.go", why: "an event that is not known goes to the accounts queue",
		old: `family = argyle.Unrouted`, new: `family = argyle.FamilyAccounts`,
	},
	{
		file: "functions/webhook/handler.go", why: "observing refuses",
		old: `if d.enforce {`, new: `if !d.enforce {`,
	},
	{
		file: "functions/webhook/handler.go", why: "seconds are taken for milliseconds",
		old: `return time.Unix(epoch, 0)`, new: `return time.UnixMilli(epoch)`,
	},
	{
		file: "functions/webhook/handler.go", why: "without a secret a good signature is refused for good",
		old: `return noSecret`, new: `return badSignature`,
	},
	{
		file: "functions/webhook/answer.go", why: "nobody is told when to try again",
		old: `headers["Retry-After"] = retryAfter`, new: `headers["Retry-After"] = ""`,
	},
	{
		file: "functions/webhook/handler.go", why: "a signature is called bad although newer secrets cannot be fetched",
		old: "	case unknown != nil:\n		return -1, unknown\n", new: "	case unknown != nil:\n		return matched, err\n",
	},
	{
		file: "shared/secret/source.go", why: "bad signatures force a refresh each",
		old: `now.Sub(s.forced) >= refreshEvery {`, new: `now.Sub(s.forced) >= 0 {`,
	},
	{
		file: "shared/secret/source.go", why: "a secret is fetched once and never again",
		old: `if s.secrets == nil || !s.now().Before(s.askAt) {`, new: `if s.secrets == nil {`,
	},
	{
		file: "shared/secret/source.go", why: "a failed fetch forgets the secrets",
		old: "\tsecrets, err := s.get(ctx)\n", new: "\tsecrets, err := s.get(ctx)\n\ts.secrets = secrets\n",
	},
	{
		file: "shared/secret/read.go", why: "a blank secret is live",
		old: `if secret = strings.TrimSpace(secret); secret != "" {`, new: `if secret = strings.TrimSpace(secret); len(secret) >= 0 {`,
	},
}
