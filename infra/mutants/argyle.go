package main

var inArgyle = []mutant{
	{
		file: "shared/argyle/signature.go", why: "the empty secret signs",
		old: `if secret != "" && hmac.Equal`, new: `if hmac.Equal`,
	},
	{
		file: "shared/argyle/signature.go", why: "a signature that is too long is no longer malformed",
		old: `len(signature) != sha512.Size`, new: `len(signature) < sha512.Size`,
	},
	{
		file: "shared/argyle/signature.go", why: "the wrong secret is said to have signed",
		old: `return i, nil`, new: `return i * 0, nil`,
	},
	{
		file: "shared/argyle/event.go", why: "bytes that are no UTF-8 are an event",
		old: `if !utf8.Valid(body) {`, new: `if !utf8.Valid(body[:0]) {`,
	},
	{
		file: "shared/argyle/event.go", why: "an envelope without data is an event",
		old: `if err != nil || data == nil {`, new: `if err != nil {`,
	},
	{
		file: "shared/argyle/object.go", why: "a null is no null",
		old: `return !ok || string(raw) == "null"`, new: `return !ok || string(raw) == ""`,
	},
	{
		file: "shared/argyle/object.go", why: "a negative count counts",
		old: `if err != nil || n < 0 {`, new: `if err != nil {`,
	},
	{
		file: "shared/argyle/object.go", why: "a fractional count is cut",
		old: `f != math.Trunc(f) || math.Abs(f)`, new: `math.Abs(f)`,
	},
	{
		file: "shared/argyle/object.go", why: "two first halves of a surrogate pair are an id",
		old: `utf16.DecodeRune(unit, codeUnit(raw[6:])) == utf8.RuneError`, new: `utf16.DecodeRune(unit, codeUnit(raw[6:])) == utf8.RuneError && codeUnit(raw[6:]) < 0`,
	},
	{
		file: "shared/argyle/object.go", why: "a clock before the epoch is a clock",
		old: `return max(*m, 0), nil`, new: `return *m, nil`,
	},
	{
		file: "shared/argyle/time.go", why: "a time without a zone cannot be read",
		old: "\t\"2006-01-02T15:04:05\",\n", new: "",
	},
	{
		file: "shared/argyle/payload.go", why: "a resource without an id is foreign",
		old: `if got != "" && got != id {`, new: `if got != id {`,
	},
	{
		file: "shared/argyle/payload.go", why: "a foreign resource is believed",
		old: "\tif p.Foreign {\n\t\treturn nil, nil\n\t}\n", new: "",
	},
	{
		file: "shared/argyle/payload.go", why: "dates without a count are a count of nothing",
		old: `if err != nil || count == nil {`, new: `if count == nil { count = new(int64) }; if err != nil {`,
	},
	{
		file: "shared/argyle/account.go", why: "an object dated at the epoch is evidence",
		old: `case *updatedAt <= 0:`, new: `case *updatedAt < 0:`,
	},
	{
		file: "shared/argyle/catalogue.go", why: "a v1 data set has a record of its own",
		old: `"payouts": "paystubs"`, new: `"payouts": "payouts"`,
	},
}
