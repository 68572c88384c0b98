package jsconfig

import (
	"slices"

	"github.com/tdewolff/parse/v2/js"
)

func (s *scope) choose(expression *js.CondExpr) Value {
	truth, known := s.eval(expression.Cond).truth()

	switch {
	case !known:
		return join(s.eval(expression.X), s.eval(expression.Y))
	case truth:
		return s.eval(expression.X)
	default:
		return s.eval(expression.Y)
	}
}

func (s *scope) unary(expression *js.UnaryExpr) Value {
	value := s.eval(expression.X)

	switch expression.Op { //nolint:exhaustive // All others come to what is not known.
	case js.NotToken:
		if truth, known := value.truth(); known {
			return ofBool(!truth)
		}

		return Value{}
	case js.AwaitToken:
		return value
	case js.VoidToken:
		return Value{kind: undefined}
	default:
		return Value{}
	}
}

// assigning are the operators that also assign what they make.
var assigning = map[js.TokenType]js.TokenType{
	js.OrEqToken: js.OrToken, js.NullishEqToken: js.NullishToken, js.AndEqToken: js.AndToken, js.AddEqToken: js.AddToken,
}

func (s *scope) binary(expression *js.BinaryExpr) Value {
	if operator, ok := assigning[expression.Op]; ok {
		value := s.binary(&js.BinaryExpr{Op: operator, X: expression.X, Y: expression.Y})
		s.assign(expression.X, value)

		return value
	}

	if expression.Op == js.EqToken {
		value := s.eval(expression.Y)
		s.assign(expression.X, value)

		return value
	}

	left := s.eval(expression.X)

	switch expression.Op { //nolint:exhaustive // All others come to what is not known.
	case js.AndToken, js.OrToken:
		return s.either(left, expression.Y, expression.Op == js.OrToken)
	case js.NullishToken:
		return s.unlessSet(left, expression.Y)
	case js.AddToken:
		return add(left, s.eval(expression.Y))
	case js.EqEqEqToken, js.EqEqToken:
		return equal(left, s.eval(expression.Y))
	case js.NotEqEqToken, js.NotEqToken:
		if result := equal(left, s.eval(expression.Y)); result.kind == boolean {
			return ofBool(!result.is)
		}
	}

	return Value{}
}

// unlessSet is the right side where the left one is undefined or null.
func (s *scope) unlessSet(left Value, right js.IExpr) Value {
	isUnset := func(item Value) bool { return item.kind == undefined || item.kind == null }

	switch {
	case isUnset(left):
		return s.eval(right)
	case left.kind == choice && slices.ContainsFunc(left.items, isUnset):
		return join(append(slices.DeleteFunc(slices.Clone(left.items), isUnset), s.eval(right))...)
	default:
		return left
	}
}

// either is the left side where its truth decides, else the right one.
func (s *scope) either(left Value, right js.IExpr, decides bool) Value {
	truth, known := left.truth()

	switch {
	case !known && left.kind == choice:
		kept := slices.DeleteFunc(slices.Clone(left.items), func(item Value) bool {
			is, ok := item.truth()

			return ok && is != decides
		})

		return join(append(kept, s.eval(right))...)
	case !known && !decides:
		// What is unknown and false is left out of whatever it is part of.
		return join(ofBool(false), s.eval(right))
	case !known:
		return Value{}
	case truth == decides:
		return left
	default:
		return s.eval(right)
	}
}

// equal compares what can be compared.
func equal(left, right Value) Value {
	simple := func(value Value) bool {
		return slices.Contains([]kind{undefined, null, boolean, number, text}, value.kind)
	}

	switch {
	case simple(left) && simple(right):
		return ofBool(same(left, right))
	case left.kind == choice && simple(right):
		return join(mapValues(left.items, func(item Value) Value { return equal(item, right) })...)
	case right.kind == choice && simple(left):
		return equal(right, left)
	default:
		return Value{}
	}
}
