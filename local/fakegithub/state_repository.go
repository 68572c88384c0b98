package fakegithub

import (
	"time"
)

type repositoryState struct {
	ID, Owner                        int64
	Name, Description, DefaultBranch string
	Private, Archived                bool
	Parent                           int64
	Branches, Tags                   map[string]string
	Commits                          map[string]bool
	Created, Updated, Pushed         time.Time
	Pulls                            []pullState
	Deployments                      []deploymentRecord
	Statuses                         []statusRecord
	Comments                         []commentRecord
}

type pullState struct {
	ID, Number                       int64
	Title, Body                      string
	User, Head, HeadOwner, MergedBy  int64
	HeadBranch, Base                 string
	HeadHash, BaseHash, MergeCommit  string
	Draft                            bool
	Created, Updated, Closed, Merged time.Time
}

type deploymentRecord struct {
	ID                                        int64
	Hash, Ref, Task, Environment, Description string
	Payload                                   any
	Transient, Production                     bool
	Creator                                   int64
	Created, Updated                          time.Time
	Statuses                                  []deploymentStateRecord
}

type deploymentStateRecord struct {
	ID                                         int64
	State, Description, EnvironmentURL, LogURL string
	Creator                                    int64
	Created                                    time.Time
}

type statusRecord struct {
	ID                                        int64
	Hash, State, Description, Target, Context string
	Creator                                   int64
	Created                                   time.Time
}

type commentRecord struct {
	ID, Number, User, App int64
	Body                  string
	Created, Updated      time.Time
}

func (r *repository) state() repositoryState {
	saved := repositoryState{
		ID: r.id, Owner: r.owner.id, Name: r.name, Description: r.description, DefaultBranch: r.defaultBranch, Private: r.private, Archived: r.archived,
		Parent: idOfRepository(r.parent), Branches: r.branches, Tags: r.tags, Commits: r.commits, Created: r.created, Updated: r.updated, Pushed: r.pushed,
	}

	for _, p := range r.pulls {
		saved.Pulls = append(saved.Pulls, pullState{
			ID: p.id, Number: p.number, Title: p.title, Body: p.body, User: p.user.id, Head: idOfRepository(p.head), HeadOwner: p.headOwner.id,
			MergedBy: idOf(p.mergedBy), HeadBranch: p.headBranch, Base: p.base, HeadHash: p.headHash, BaseHash: p.baseHash, MergeCommit: p.mergeCommit,
			Draft: p.draft, Created: p.created, Updated: p.updated, Closed: p.closed, Merged: p.merged,
		})
	}

	for _, d := range r.deployments {
		saved.Deployments = append(saved.Deployments, d.record())
	}

	for _, one := range r.statuses {
		saved.Statuses = append(saved.Statuses, statusRecord{
			ID: one.id, Hash: one.hash, State: one.state, Description: one.description, Target: one.target, Context: one.context,
			Creator: one.creator.id, Created: one.created,
		})
	}

	for _, one := range r.comments {
		record := commentRecord{ID: one.id, Number: one.number, User: one.user.id, Body: one.body, Created: one.created, Updated: one.updated}
		if one.app != nil {
			record.App = one.app.ID
		}

		saved.Comments = append(saved.Comments, record)
	}

	return saved
}

func (d *deployment) record() deploymentRecord {
	record := deploymentRecord{
		ID: d.id, Hash: d.hash, Ref: d.ref, Task: d.task, Environment: d.environment, Description: d.description, Payload: d.payload,
		Transient: d.transient, Production: d.production, Creator: d.creator.id, Created: d.created, Updated: d.updated,
	}

	for _, s := range d.statuses {
		record.Statuses = append(record.Statuses, deploymentStateRecord{
			ID: s.id, State: s.state, Description: s.description, EnvironmentURL: s.environmentURL, LogURL: s.logURL, Creator: s.creator.id, Created: s.created,
		})
	}

	return record
}

func idOfRepository(r *repository) int64 {
	if r == nil {
		return 0
	}

	return r.id
}

// restoreContents gives a repository what belongs to it.
func (s *Server) restoreContents(r *repository, saved repositoryState) {
	r.parent = s.repositories[saved.Parent]

	for _, p := range saved.Pulls {
		r.pulls = append(r.pulls, &pull{
			id: p.ID, number: p.Number, title: p.Title, body: p.Body, user: s.accounts[p.User], head: s.repositories[p.Head], headOwner: s.accounts[p.HeadOwner],
			headBranch: p.HeadBranch, base: p.Base, headHash: p.HeadHash, baseHash: p.BaseHash, draft: p.Draft, mergeCommit: p.MergeCommit,
			created: p.Created, updated: p.Updated, closed: p.Closed, merged: p.Merged, mergedBy: s.accounts[p.MergedBy],
		})
	}

	for _, d := range saved.Deployments {
		made := &deployment{
			id: d.ID, hash: d.Hash, ref: d.Ref, task: d.Task, environment: d.Environment, description: d.Description, payload: d.Payload,
			transient: d.Transient, production: d.Production, creator: s.accounts[d.Creator], created: d.Created, updated: d.Updated,
		}

		for _, one := range d.Statuses {
			made.statuses = append(made.statuses, &deploymentState{
				id: one.ID, state: one.State, description: one.Description, environmentURL: one.EnvironmentURL, logURL: one.LogURL,
				creator: s.accounts[one.Creator], created: one.Created,
			})
		}

		r.deployments = append(r.deployments, made)
	}

	for _, one := range saved.Statuses {
		r.statuses = append(r.statuses, &status{
			id: one.ID, hash: one.Hash, state: one.State, description: one.Description, target: one.Target, context: one.Context,
			creator: s.accounts[one.Creator], created: one.Created,
		})
	}

	for _, one := range saved.Comments {
		r.comments = append(r.comments, &comment{
			id: one.ID, number: one.Number, body: one.Body, user: s.accounts[one.User], app: s.apps[one.App], created: one.Created, updated: one.Updated,
		})
	}
}
