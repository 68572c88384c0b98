package fakegithub

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// shownDeployments is how many deployments the page of a repository shows.
const shownDeployments = 10

// showRepository shows a repository with what was said of it, and forms for what people do there.
func (v *visit) showRepository() result {
	r := v.repositoryOfPath()
	if r == nil {
		return sorry(http.StatusNotFound, "There is no such repository.")
	}

	files := map[string]entry{}
	if head, ok := v.objects.commit(r.branches[r.defaultBranch]); ok {
		files = v.objects.files(head.tree)
	}

	paths := slices.Sorted(maps.Keys(files))
	path := cmp.Or(v.r.URL.Query().Get("path"), suggested(paths))

	heads := slices.DeleteFunc(slices.Sorted(maps.Keys(r.branches)), func(branch string) bool {
		return branch == r.defaultBranch || slices.ContainsFunc(r.pulls, func(p *pull) bool {
			return p.closed.IsZero() && p.head == r && p.headBranch == branch
		})
	})

	return show("repository.html", object{
		"FullName": r.fullName(), "Private": r.private, "Archived": r.archived, "Description": r.description, "DefaultBranch": r.defaultBranch,
		"CloneURL": strings.Replace(v.base, "://", "://"+v.memberOf(r)+":any@", 1) + "/" + r.fullName() + ".git",
		"Branches": v.branchesOf(r), "Pulls": v.pullsOf(r), "Heads": heads, "Deployments": deploymentsOf(r), "Users": v.users(),
		"Paths": paths, "Path": path, "Content": string(v.objects[files[path].hash].data),
	})
}

// suggested is a file that is likely to be worth a change.
func suggested(paths []string) string {
	for _, name := range []string{"server.js", "index.html", "app/page.tsx", "app/app.vue", "README.md"} {
		if slices.Contains(paths, name) {
			return name
		}
	}

	return "README.md"
}

func (v *visit) repositoryOfPath() *repository {
	return v.findRepository(v.r.PathValue("owner"), v.r.PathValue("repo"))
}

// memberOf returns the first user who may push.
func (v *visit) memberOf(r *repository) string {
	for _, login := range v.users() {
		if v.findAccount(login).belongsTo(r.owner) {
			return login
		}
	}

	return r.owner.login
}

func (v *visit) branchesOf(r *repository) []object {
	shown := make([]object, 0, len(r.branches))

	for _, name := range slices.Sorted(maps.Keys(r.branches)) {
		head, _ := v.objects.commit(r.branches[name])
		latest := map[string]CommitStatus{}

		for _, s := range r.statuses {
			if s.hash == head.hash {
				latest[s.context] = CommitStatus{State: s.state, Description: s.description, TargetURL: s.target, Context: s.context}
			}
		}

		statuses := slices.SortedFunc(maps.Values(latest), func(a, b CommitStatus) int { return strings.Compare(a.Context, b.Context) })
		subject, _, _ := strings.Cut(head.message, "\n")
		shown = append(shown, object{
			"Name": name, "IsDefault": name == r.defaultBranch, "Short": short(head.hash), "Subject": subject, "Statuses": statuses,
		})
	}

	return shown
}

func (v *visit) pullsOf(r *repository) []object {
	shown := make([]object, 0, len(r.pulls))

	for _, p := range slices.Backward(r.pulls) {
		p.follow(v.Server, r)

		state := p.state()
		if !p.merged.IsZero() {
			state = "merged"
		}

		bodies := []string{}
		for _, one := range r.commentsOn(p.number) {
			bodies = append(bodies, one.user.login+":\n"+one.body)
		}

		shown = append(shown, object{
			"Number": p.number, "Title": p.title, "State": state, "IsOpen": p.closed.IsZero(), "Head": p.headOwner.login + ":" + p.headBranch, "Base": p.base,
			"User": p.user.login, "Comments": bodies,
		})
	}

	return shown
}

func deploymentsOf(r *repository) []object {
	var shown []object

	for _, d := range slices.Backward(r.deployments) {
		last := deploymentState{state: "pending"}
		if n := len(d.statuses); n > 0 {
			last = *d.statuses[n-1]
		}

		shown = append(shown, object{
			"Environment": d.environment, "Short": short(d.hash), "State": last.state, "Description": last.description, "URL": last.environmentURL,
		})

		if len(shown) == shownDeployments {
			break
		}
	}

	return shown
}

// short abbreviates a hash as people are used to.
func short(hash string) string { return hash[:min(len(hash), 7)] } //nolint:mnd // As git does.

// commitFile pushes one file, as the form for that has it.
func (v *visit) commitFile() result {
	r, user, form := v.repositoryOfPath(), v.user(), v.r.PostForm
	branch, path := form.Get("branch"), strings.Trim(form.Get("path"), "/")

	switch {
	case r == nil:
		return sorry(http.StatusNotFound, "There is no such repository.")
	case user == nil || !user.belongsTo(r.owner):
		return sorry(http.StatusForbidden, "You may not push to "+r.fullName()+".")
	case r.archived:
		return sorry(http.StatusForbidden, r.fullName()+" is archived.")
	case branch == "" || path == "" || strings.ContainsAny(branch+path, "\x00\n"):
		return sorry(http.StatusBadRequest, "A commit needs a branch and the path of a file.")
	}

	content := strings.ReplaceAll(form.Get("content"), "\r\n", "\n") // Browsers end lines that way.
	hash := v.commitOn(r, cmp.Or(r.branches[branch], r.branches[r.defaultBranch]), Commit{
		Message: form.Get("message"), Author: user.login, Files: Text(map[string]string{path: content}),
	})
	v.moveBranch(r, branch, hash)

	return v.backTo(r)
}

func (v *visit) backTo(r *repository) result {
	return result{status: http.StatusSeeOther, location: v.base + "/" + r.fullName()}
}

// askForPull opens a pull request, as the form for that has it.
func (v *visit) askForPull() result {
	r, user, head := v.repositoryOfPath(), v.user(), v.r.PostForm.Get("head")

	switch {
	case r == nil:
		return sorry(http.StatusNotFound, "There is no such repository.")
	case user == nil:
		return sorry(http.StatusBadRequest, "There is no such account.")
	case r.branches[head] == "" || head == r.defaultBranch:
		return sorry(http.StatusBadRequest, "A pull request needs a branch besides "+r.defaultBranch+".")
	}

	v.openPull(r, Pull{Title: v.r.PostForm.Get("title"), Head: head, User: user.login})

	return v.backTo(r)
}

// endPull merges or closes a pull request.
func (v *visit) endPull(end func(*Server, *repository, *pull)) result {
	r := v.repositoryOfPath()
	number, err := strconv.Atoi(v.r.PathValue("number"))

	if r == nil || err != nil || number < 1 || number > len(r.pulls) || !r.pulls[number-1].closed.IsZero() {
		return sorry(http.StatusNotFound, "There is no such open pull request.")
	}

	end(v.Server, r, r.pulls[number-1])

	return v.backTo(r)
}

func (v *visit) mergePullOfPath() result { return v.endPull((*Server).mergePull) }

func (v *visit) closePullOfPath() result { return v.endPull((*Server).closePull) }
