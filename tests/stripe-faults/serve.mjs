// Serves a stand-in for Stripe that fails on order: prints the port, on loopback, and ends with its standard input.
import mock from "stripe-stateful-mock";

const server = mock.createExpressApp().listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
