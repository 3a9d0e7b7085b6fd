// SPDX-License-Identifier: Apache-2.0
import MNISTKit
import SwiftUI

/// An error in full, and what to do about it.
struct ProblemSection: View {
    let problem: Problem

    var body: some View {
        Section {
            Label(problem.title, systemImage: "exclamationmark.triangle")
                .font(.headline)
                .foregroundStyle(.orange)
            Text(verbatim: problem.message)
                .font(.callout)
                .textSelection(.enabled)
            Text(verbatim: problem.advice)
                .font(.callout)
                .foregroundStyle(.secondary)
        }
    }
}

struct ProblemSection_Previews: PreviewProvider {
    static var previews: some View {
        Form {
            ProblemSection(
                problem: Problem(
                    title: "The device could not be opened", message: "metal: no device",
                    advice: "Restart the phone."))
        }
    }
}
