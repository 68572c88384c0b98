// Package githubtest runs the fake GitHub of local/fakegithub for tests. Whatever of its REST API a test gets is compared with GitHub's published OpenAPI
// description, of which openapi.json is a part: an answer that GitHub would not give fails the test.
package githubtest
