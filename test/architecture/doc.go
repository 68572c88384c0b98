// Package architecture holds no code, only the tests that keep the house in order: who may import whom, and that every
// package says what it is for.
package architecture
