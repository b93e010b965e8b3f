package journey

// addedLegacy delivers an accounts.added of API v1 with the account object: link_item for item, profiles and payouts for identities
// and paystubs, none of them scanned yet.
func (a account) addedLegacy() {
	type object struct {
		ID           string           `json:"id"`
		User         string           `json:"user"`
		Employers    []string         `json:"employers"`
		LinkItem     string           `json:"link_item"`
		Source       string           `json:"source"`
		CreatedAt    string           `json:"created_at"`
		UpdatedAt    string           `json:"updated_at"`
		Connection   connectionObject `json:"connection"`
		Availability map[string]any   `json:"availability"`
	}
	a.deliver(legacy, "accounts.added", a.account, false, struct {
		ids
		Resource object `json:"resource"`
	}{a.ids(), object{
		ID: a.account, User: a.id,
		Employers: []string{"Sample " + a.name}, LinkItem: "item_sample_" + a.name, Source: "sample_payroll",
		CreatedAt: a.clock(a.created), UpdatedAt: a.clock(a.created),
		Connection:   connectionObject{Status: "connecting", UpdatedAt: a.clock(a.created)},
		Availability: map[string]any{"profiles": nil, "payouts": nil},
	}})
}

// fullySyncedLegacy delivers the users.fully_synced of API v1, which does not say which accounts it speaks of.
func (u user) fullySyncedLegacy(employers ...string) {
	u.deliver(legacy, "users.fully_synced", "", false, struct {
		User     string `json:"user"`
		Resource any    `json:"resource"`
	}{u.id, struct {
		ID        string   `json:"id"`
		Providers []string `json:"data_providers_connected"`
		Employers []string `json:"employers_connected"`
		Metadata  struct{} `json:"external_metadata"`
		CreatedAt string   `json:"created_at"`
	}{ID: u.id, Providers: []string{"sample_payroll"}, Employers: employers, CreatedAt: u.clock(0)}})
}

// fullySynced delivers the users.fully_synced of API v2.
func (u user) fullySynced(externalID string, accounts ...account) {
	resource := struct {
		ID         string   `json:"id"`
		Accounts   []string `json:"accounts_connected"`
		Items      []string `json:"items_connected"`
		Employers  []string `json:"employers_connected"`
		Metadata   struct{} `json:"external_metadata"`
		ExternalID string   `json:"external_id"`
		CreatedAt  string   `json:"created_at"`
	}{ID: u.id, ExternalID: externalID, CreatedAt: u.clock(0)}
	for _, a := range accounts {
		resource.Accounts = append(resource.Accounts, a.account)
		resource.Items = append(resource.Items, "item_sample_"+a.name)
		resource.Employers = append(resource.Employers, "Sample "+a.name)
	}
	u.deliver(everything, "users.fully_synced", "", false, struct {
		User     string `json:"user"`
		Resource any    `json:"resource"`
	}{u.id, resource})
}
