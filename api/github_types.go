package api

import (
	"time"

	"github.com/google/uuid"
)

// GitHubInstallation is an account on GitHub that has the platform's App, and is connected to an organisation.
//
//nolint:lll // One field a line, with its documentation.
type GitHubInstallation struct {
	ID          uuid.UUID         `json:"id"`
	Account     string            `doc:"The account's name on GitHub." example:"acme" json:"account"`
	AccountKind string            `enum:"user,organization" json:"account_kind"`
	State       string            `doc:"suspended: somebody who administers the account has suspended the installation; removed: the App is no longer installed. In both cases pushes are not seen and nothing can be fetched, while what is live keeps running." enum:"active,suspended,removed" json:"state"`
	Problem     string            `doc:"What is wrong and what to do about it, as a sentence; absent where nothing is." json:"problem,omitempty"`
	HasAll      bool              `doc:"Whether the App has all repositories of the account, those that are made later too." json:"has_all"`
	Permissions map[string]string `doc:"What the App may do there, by GitHub's names." json:"permissions"`
	SettingsURL string            `doc:"The page on GitHub where the account changes the installation." json:"settings_url,omitempty"`
	CheckedAt   *time.Time        `doc:"When GitHub was last asked about it." json:"checked_at,omitempty"`
	ConnectedAt *time.Time        `json:"connected_at,omitempty"`
}

// ListGitHubInstallationsInput asks for the accounts on GitHub that are connected to an organisation.
type ListGitHubInstallationsInput struct {
	OrganisationPath
	PageInput
}

// GitHubInstallationPath names one account on GitHub that is connected to an organisation.
type GitHubInstallationPath struct {
	OrganisationPath

	InstallationID uuid.UUID `path:"installation_id"`
}

// ConnectGitHubInput asks where an account on GitHub is connected to an organisation.
//
//nolint:lll // One field a line, with its documentation.
type ConnectGitHubInput struct {
	OrganisationPath

	Body struct {
		Account string `doc:"The account's name on GitHub, where the App is installed there already. Left out: it is chosen on the way." example:"acme" json:"account,omitempty" maxLength:"100" pattern:"^[A-Za-z0-9][A-Za-z0-9_-]*$" patternDescription:"the name of an account on GitHub"`
	}
}

// ConnectGitHubOutput says where an account on GitHub is connected to an organisation.
type ConnectGitHubOutput struct {
	Body struct {
		URL string `doc:"The page to open in a browser that is signed in to the platform." json:"url"`
	}
}

// GitHubRepository is a repository that the platform's App reaches by an installation of an organisation.
//
//nolint:lll // One field a line, with its documentation.
type GitHubRepository struct {
	ID             int64                     `doc:"GitHub's id of it, which stays when its name does not: create-project takes it as github_repository_id." json:"id"`
	FullName       string                    `example:"acme/shop" json:"full_name"`
	Description    string                    `json:"description,omitempty"`
	URL            string                    `doc:"Its page on GitHub." json:"url"`
	DefaultBranch  string                    `json:"default_branch"`
	Private        bool                      `json:"private"`
	Archived       bool                      `json:"archived"`
	Fork           bool                      `json:"fork"`
	PushedAt       *time.Time                `json:"pushed_at,omitempty"`
	InstallationID uuid.UUID                 `json:"installation_id"`
	Projects       []GitHubRepositoryProject `doc:"The projects of the organisation that use it." json:"projects" nullable:"false"`
}

// GitHubRepositoryProject is a project that uses a repository.
type GitHubRepositoryProject struct {
	ID   uuid.UUID `json:"id"`
	Slug string    `json:"slug"`
}

// GitHubUnlisted is an account whose repositories could not be listed.
type GitHubUnlisted struct {
	InstallationID uuid.UUID `json:"installation_id"`
	Account        string    `json:"account"`
	Problem        string    `doc:"Why, and what to do about it." json:"problem"`
}

// ListGitHubRepositoriesInput asks for the repositories that an organisation can make projects from.
type ListGitHubRepositoriesInput struct {
	OrganisationPath
	PageInput

	Search string `doc:"Words that all stand in a repository's full name or description, in whatever case." maxLength:"200" query:"search"`
	Fresh  bool   `doc:"Ask GitHub again, although it was asked within the last half minute." query:"fresh"`
}

// ListGitHubRepositoriesOutput is one page of repositories.
type ListGitHubRepositoriesOutput struct {
	Body struct {
		Page[GitHubRepository]

		Unlisted []GitHubUnlisted `doc:"The accounts that could not be asked: their repositories are not among the items." json:"unlisted" nullable:"false"`
	}
}

// ProjectGitHub is the repository on GitHub of a project, as it was last seen.
type ProjectGitHub struct {
	RepositoryID int64  `doc:"GitHub's id of it." json:"repository_id"`
	FullName     string `json:"full_name"`
	Private      bool   `json:"private"`
	Archived     bool   `json:"archived"`
	Problem      string `doc:"Why the platform does not reach it, and what to do, as a sentence; absent where it does." json:"problem,omitempty"`
}
