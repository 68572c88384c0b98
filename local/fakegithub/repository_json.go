package fakegithub

import (
	"maps"
	"strings"
)

// linksOfRepository are the addresses that GitHub gives with a repository: what follows its own, by the name of the field.
var linksOfRepository = map[string]string{
	"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}", "branches_url": "/branches{/branch}",
	"collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}", "commits_url": "/commits{/sha}",
	"compare_url": "/compare/{base}...{head}", "contents_url": "/contents/{+path}", "contributors_url": "/contributors", "deployments_url": "/deployments",
	"downloads_url": "/downloads", "events_url": "/events", "forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}",
	"git_tags_url": "/git/tags{/sha}", "hooks_url": "/hooks", "issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
	"issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}", "languages_url": "/languages", "merges_url": "/merges",
	"milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}", "pulls_url": "/pulls{/number}",
	"releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}", "subscribers_url": "/subscribers",
	"subscription_url": "/subscription", "tags_url": "/tags", "teams_url": "/teams", "trees_url": "/git/trees{/sha}",
}

// api returns the address of the repository in the API.
func (r *repository) api(base string) string { return base + apiPrefix + "/repos/" + r.fullName() }

func (r *repository) json(base string) object {
	page, host := base+"/"+r.fullName(), strings.TrimPrefix(strings.TrimPrefix(base, "https://"), "http://")

	visibility := "public"
	if r.private {
		visibility = "private"
	}

	described := object{
		"id": r.id, "node_id": r.node(), "name": r.name, "full_name": r.fullName(), "owner": r.owner.simple(base), "private": r.private, "html_url": page,
		"description": nullable(r.description), "fork": r.parent != nil, "url": r.api(base), "clone_url": page + ".git",
		"git_url": "git://" + host + "/" + r.fullName() + ".git",
		"ssh_url": "git@" + host + ":" + r.fullName() + ".git", "svn_url": page, "mirror_url": nil, "homepage": nil, "language": nil, "license": nil,
		"forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0, "open_issues": 0, "open_issues_count": 0, "size": len(r.commits),
		"default_branch": r.defaultBranch, "topics": []string{}, "visibility": visibility, "archived": r.archived, "disabled": false, "is_template": false,
		"has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": true, "has_discussions": false,
		"allow_forking": true, "web_commit_signoff_required": false,
		"pushed_at": stamp(r.pushed), "created_at": stamp(r.created), "updated_at": stamp(r.updated),
	}

	for field, suffix := range linksOfRepository {
		described[field] = r.api(base) + suffix
	}

	return described
}

// full adds what a request for one repository tells more than a list.
func (r *repository) full(base string) object {
	described := r.json(base)
	maps.Copy(described, object{"network_count": 0, "subscribers_count": 0})

	if r.parent != nil {
		described["parent"], described["source"] = r.parent.json(base), r.parent.json(base)
	}

	return described
}
