package github

import (
	"github.com/google/go-github/v66/github"
)

// Account is a user or organization of GitHub.
type Account struct {
	ID int64
	// Login is its name, which may change; ID does not.
	Login string
	// IsOrganization tells an organization from a user.
	IsOrganization bool
	AvatarURL      string
}

func accountOf(user *github.User) Account {
	return Account{ID: user.GetID(), Login: user.GetLogin(), IsOrganization: user.GetType() == "Organization", AvatarURL: user.GetAvatarURL()}
}

// InstallationState is an installation as GitHub has it now.
type InstallationState struct {
	ID      int64
	AppID   int64
	Account Account
	// IsSuspended tells that the account has taken its access away for now.
	IsSuspended bool
	// HasAll tells that it has all repositories of the account, those that are made later too.
	HasAll bool
	// Permissions are what it may do, by GitHub's names: "contents": "read".
	Permissions map[string]string
	// SettingsURL is the page where the account changes it.
	SettingsURL string
}

func stateOf(i *github.Installation) InstallationState {
	return InstallationState{
		ID: i.GetID(), AppID: i.GetAppID(), Account: accountOf(i.GetAccount()), IsSuspended: i.SuspendedAt != nil, HasAll: i.GetRepositorySelection() == "all",
		Permissions: permissionsOf(i.GetPermissions()), SettingsURL: i.GetHTMLURL(),
	}
}
