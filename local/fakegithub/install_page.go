package fakegithub

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (v *visit) appOfPath() *app {
	return v.findApp(func(a *app) bool { return a.Slug == v.r.PathValue("slug") })
}

// askToInstall shows on which accounts an app can be installed.
func (v *visit) askToInstall() result {
	a := v.appOfPath()
	if a == nil {
		return sorry(http.StatusNotFound, "There is no such app.")
	}

	var accounts, repositories []string

	for _, account := range v.accounts {
		// An app that is not public is for its owner alone.
		if account.kind == kindBot || !a.manifest.Public && account != a.owner {
			continue
		}

		accounts = append(accounts, account.login)

		for _, r := range account.repositories {
			repositories = append(repositories, r.fullName())
		}
	}

	slices.Sort(accounts)
	slices.Sort(repositories)

	return show("install.html", object{
		"Name": a.manifest.Name, "Slug": a.Slug, "State": v.r.URL.Query().Get("state"), "Users": v.users(), "Accounts": accounts, "Repositories": repositories,
	})
}

// installApp ties the app to an account and sends the visitor back to the app.
func (v *visit) installApp() result {
	a, user, on := v.appOfPath(), v.user(), v.findAccount(v.r.PostForm.Get("account"))

	switch {
	case a == nil:
		return sorry(http.StatusNotFound, "There is no such app.")
	case user == nil || on == nil:
		return sorry(http.StatusBadRequest, "There is no such account.")
	case !user.administers(on):
		return sorry(http.StatusForbidden, "You do not administer "+on.login+".")
	case !a.manifest.Public && on != a.owner:
		return sorry(http.StatusNotFound, "The app is private to its owner.")
	}

	chosen, missing := v.chosen(on)
	if missing != "" {
		return sorry(http.StatusBadRequest, on.login+" has no repository "+missing+".")
	}

	action := "install"
	if v.findInstallation(a, on) != nil {
		action = "update"
	}

	i := v.install(a, on, chosen)
	parameters := map[string]string{
		"installation_id": strconv.FormatInt(i.id, 10), "setup_action": action, "state": v.r.PostForm.Get("state"),
	}

	switch {
	case a.manifest.RequestOAuthOnInstall && len(a.manifest.CallbackURLs) > 0:
		target := a.manifest.CallbackURLs[0]
		parameters["code"] = v.grant(a, user, target, "")

		return leadTo(target, parameters)
	case a.manifest.SetupURL != "" && (action == "install" || a.manifest.SetupOnUpdate):
		return leadTo(a.manifest.SetupURL, parameters)
	default:
		return result{status: http.StatusFound, location: v.base + "/settings/installations/" + parameters["installation_id"]}
	}
}

// chosen returns the ids of the repositories that the visitor has chosen, or the name of one that the account does not have.
func (v *visit) chosen(on *account) (ids []int64, missing string) {
	for _, full := range v.r.PostForm["repository"] {
		owner, name, _ := strings.Cut(full, "/")

		r := v.findRepository(owner, name)
		if r == nil || r.owner != on {
			return nil, full
		}

		ids = append(ids, r.id)
	}

	return ids, ""
}
