package status

// Action is what a connection's error asks for.
type Action string

// The actions.
const (
	// ActionNone: there is no error, or nothing has to be done about it.
	ActionNone Action = "none"
	// ActionWait: Argyle or the payroll platform is at fault, and the user cannot help it.
	ActionWait Action = "wait"
	// ActionReconnect: the user must act, mostly by logging in again.
	ActionReconnect Action = "reconnect"
	// ActionUnknown: the error code is not in the table; Argyle adds codes at any time.
	ActionUnknown Action = "unknown"
)

// actions says what each error code of a connection asks for.
// Source: https://docs.argyle.com/api-reference/account-connection-errors, read in 2026: who is to act stands under each code's troubleshooting.
var actions = map[string]Action{
	// The login itself, or what the platform asks of the user at login.
	"auth_required":                       ActionReconnect,
	"full_auth_required":                  ActionReconnect,
	"invalid_auth":                        ActionReconnect,
	"invalid_credentials":                 ActionReconnect,
	"expired_credentials":                 ActionReconnect,
	"invalid_mfa":                         ActionReconnect,
	"mfa_timeout":                         ActionReconnect,
	"mfa_cancelled_by_the_user":           ActionReconnect,
	"mfa_attempts_exceeded":               ActionReconnect,
	"mfa_exhausted":                       ActionReconnect,
	"mfa_not_configured":                  ActionReconnect,
	"physical_mfa_unsupported":            ActionReconnect,
	"unsupported_mfa_method":              ActionReconnect,
	"unsupported_auth_type":               ActionReconnect,
	"passkey_limit_reached":               ActionReconnect,
	"tos_required":                        ActionReconnect,
	"login_attempts_exceeded":             ActionReconnect,
	"session_limit_reached":               ActionReconnect,
	"user_action_timeout":                 ActionReconnect,
	"invalid_account_type":                ActionReconnect,
	"invalid_employer_identifier":         ActionReconnect,
	"invalid_login_method":                ActionReconnect,
	"invalid_login_url":                   ActionReconnect,
	"invalid_store_identifier":            ActionReconnect,
	"unrecognized_employer_email":         ActionReconnect,
	"unsupported_language":                ActionReconnect,
	"unsupported_business_account":        ActionReconnect,
	"multi_driver_account":                ActionReconnect,
	"account_nonunique":                   ActionReconnect,
	"account_not_found":                   ActionReconnect,
	"ongoing_refresh_disabled":            ActionReconnect,
	"account_disabled":                    ActionReconnect, // after the user's employer or platform has enabled it
	"account_incomplete":                  ActionReconnect, // after the user has finished setting it up
	"insufficient_account_data":           ActionReconnect, // after the account has any
	"credentials_managed_by_organization": ActionReconnect,

	// Argyle, the platform, or your own plan with Argyle.
	"account_inaccessible":                ActionWait,
	"auth_method_temporarily_unavailable": ActionWait,
	"connection_unavailable":              ActionWait,
	"platform_temporarily_unavailable":    ActionWait,
	"platform_unavailable":                ActionWait,
	"service_unavailable":                 ActionWait,
	"system_error":                        ActionWait,
	"trial_connections_exhausted":         ActionWait,
	"trial_period_expired":                ActionWait,

	// The same account is connected already: its data is there.
	"all_employers_connected": ActionNone,
	"duplicate_account":       ActionNone,
	"existing_account_found":  ActionNone,
}

// actionFor returns what an error code asks for; the empty code, which is no error, asks for nothing.
func actionFor(code string) Action {
	if code == "" {
		return ActionNone
	}
	if action, known := actions[code]; known {
		return action
	}
	return ActionUnknown
}
