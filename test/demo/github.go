package main

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

//go:embed all:apps
var apps embed.FS

// Names of repositories, and of the projects that deploy them.
const (
	website  = "website"
	reports  = "reports"
	guide    = "guide"
	backend  = "orders"
	invoices = "invoices"
	shop     = "shop"
)

// repositories are those of the account, the ones that were pushed to last at the end. The first commit of each is the folder of its name in apps.
func repositories() []repository {
	return []repository{
		{name: website, description: "acme.example", message: "Begin with Next.js", author: ada},
		{name: reports, description: "Numbers for the board, once a month", message: "Sum up the month", author: alan},
		{name: guide, description: "How to order by program, for customers", message: "Explain pagination", author: grace},
		{name: backend, description: "What the shop and the apps order with", message: "Answer with the version", author: ada},
		{name: invoices, description: "Who has to pay what", message: "Send invoices as PDF", author: alan},
		{name: shop, description: "Where customers buy", message: "Show what is in stock", author: grace},
	}
}

// repository is one repository of the demo's account.
type repository struct {
	name, description, message, author string
}

// seedGitHub fills the demo GitHub with the people, their account and its repositories.
func seedGitHub(github *fakegithub.Server) error {
	for _, login := range []string{ada, grace, alan, lin, robin} {
		github.AddUser(login)
	}

	github.AddOrganization(account, ada)
	github.SetMember(account, grace, fakegithub.RoleMember)
	github.SetMember(account, alan, fakegithub.RoleMember)

	for _, r := range repositories() {
		files, err := filesOf(r.name)
		if err != nil {
			return err
		}

		id := github.AddRepository(fakegithub.Repository{Owner: account, Name: r.name, Private: true, Description: r.description})
		github.Push(id, "main", fakegithub.Commit{Message: r.message, Author: fullName(r.author), Files: files})
	}

	return nil
}

// filesOf returns the files of a repository's first commit.
func filesOf(name string) (map[string]fakegithub.File, error) {
	if name == website {
		return websiteFiles()
	}

	folder, err := fs.Sub(apps, "apps/"+name)
	if err != nil {
		return nil, fmt.Errorf("find the app %s: %w", name, err)
	}

	return fakegithub.ReadFiles(folder)
}
