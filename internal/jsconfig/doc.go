// Package jsconfig reads the configuration of frameworks that is written in JavaScript or TypeScript. Nothing is run: the text is parsed, and what its
// expressions come to is worked out as far as it depends on the text alone. All else is unknown, and callers have to live with that.
package jsconfig
