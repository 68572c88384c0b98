// Package fakegithub is a GitHub on one machine: the part of GitHub's web pages, REST API, GraphQL API and git server that the platform uses. The
// tests run against it, and so does `zeitwork up` where no GitHub App is configured.
//
// Server is an http.Handler. It answers as a GitHub Enterprise Server does, with everything on one host: web pages at /, REST below /api/v3, GraphQL
// at /api/graphql, and repositories at /OWNER/NAME.git. Accounts, apps, repositories and commits are made by its methods, which are what people do on
// GitHub; they are kept in memory and are gone with it. Commits are real git objects with the hashes that git gives them, and are written to disk once
// somebody fetches or pushes.
//
// There are no passwords: whoever opens a page chooses which account to be. A server therefore answers nobody but the machine that it runs on.
//
// Faults make it slow, broken or gone, and Usage says what each caller has used of GitHub's limits, which it enforces.
package fakegithub
