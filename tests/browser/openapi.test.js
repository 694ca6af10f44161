/** www/openapi.json is OpenAPI 3.1, and good by the rules of a linter. */
import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {test} from "node:test";
import {createConfig, lintFromString} from "@redocly/openapi-core";

const path = new URL("../../www/openapi.json", import.meta.url);
const config = await createConfig({
    extends: ["recommended-strict"],
    rules: {
        "info-license": "off", // that of the program stands beside it
        "no-server-example.com": "off",
        "operation-4xx-response": "error",
        "no-ambiguous-paths": "off", // /users/me and /users/{id}, which is a number
    },
});

/** @param {string} source */
const lint = async (source) =>
    (await lintFromString({source, absoluteRef: path.pathname, config})).map((problem) => `${problem.ruleId} at ${problem.location[0].pointer}: ${problem.message}`);

test("the description of the API is good OpenAPI", async () => {
    const source = await readFile(path, "utf8");
    assert.equal(JSON.parse(source).openapi, "3.1.0");
    assert.deepEqual(await lint(source), []);
});

test("a mistake in it would be seen", async () => {
    const description = JSON.parse(await readFile(path, "utf8"));
    description.paths["/api/health"].get.responses["200"].content["application/json"].schema = {$ref: "#/components/schemas/Nothing"};
    delete description.paths["/api/tasks"].get.operationId;
    description.paths["/api/session"].get.responses = {};
    const found = (await lint(JSON.stringify(description))).join("\n");
    for (const rule of ["no-unresolved-refs", "operation-operationId", "operation-4xx-response"]) assert.match(found, new RegExp(rule));
});
