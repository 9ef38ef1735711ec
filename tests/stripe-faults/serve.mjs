// Serves a stand-in for Stripe that fails on order: prints the port, on loopback, and ends with its standard input.
import { createServer } from "node:http";
import mock from "stripe-stateful-mock";

const app = mock.createExpressApp();
// It takes keys of tests alone. The desk's says neither, because it is asked about live orders here.
const taken = (request, response) => {
  request.headers.authorization = request.headers.authorization?.replace(/^Bearer sk_/, "Bearer sk_test_");
  app(request, response);
};
const server = createServer(taken).listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
