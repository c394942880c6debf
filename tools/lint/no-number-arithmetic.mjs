// ESLint rule for the money modules: every computation there is on `bigint`. It reads the checker's types, so an
// index or a literal is free while any arithmetic on a floating-point number is refused. eslint.config.mjs turns it on.
import ts from 'typescript';

const ARITHMETIC = new Set(['+', '-', '*', '/', '%', '**', '+=', '-=', '*=', '/=', '%=', '**=']);
const CONVERSIONS = new Set(['Number', 'parseFloat', 'parseInt']);

/** @type {import('eslint').Rule.RuleModule} */
export const noNumberArithmetic = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      arithmetic:
        'Money is integers: compute with bigint micro-units, and round in one named place (see docs/adr, money as integers).',
      conversion: 'Money is integers: {{name}} leaves bigint for floating point; keep the amount a bigint.',
    },
  },
  create(context) {
    const services = /** @type {any} */ (context.sourceCode.parserServices);

    /** @param {any} node */
    function isNumber(node) {
      /** @type {ts.Type} */
      const type = services.getTypeAtLocation(node);
      const parts = type.isUnion() ? type.types : [type];
      return parts.some((part) => (part.flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.Any)) !== 0);
    }

    /** @param {any} node */
    function checkBinary(node) {
      if (!ARITHMETIC.has(node.operator)) return;
      if (isNumber(node.left) || isNumber(node.right)) context.report({ node, messageId: 'arithmetic' });
    }

    return {
      BinaryExpression: checkBinary,
      AssignmentExpression: checkBinary,
      /** @param {any} node */
      UpdateExpression(node) {
        if (isNumber(node.argument)) context.report({ node, messageId: 'arithmetic' });
      },
      /** @param {any} node */
      UnaryExpression(node) {
        if (node.operator === '+')
          context.report({ node, messageId: 'conversion', data: { name: 'unary +' } });
      },
      /** @param {any} node */
      CallExpression(node) {
        const { callee } = node;
        if (callee.type === 'Identifier' && CONVERSIONS.has(callee.name)) {
          context.report({ node, messageId: 'conversion', data: { name: callee.name } });
        }
      },
      /** @param {any} node */
      MemberExpression(node) {
        if (node.object.type === 'Identifier' && ['Math', 'Number'].includes(node.object.name)) {
          context.report({ node, messageId: 'conversion', data: { name: node.object.name } });
        }
      },
    };
  },
};
