// SPDX-License-Identifier: Apache-2.0
// The app's models, without its views: Engine trains and infers, Models are what SwiftUI observes, Bindings are made by
// `tinsmith bind`.
