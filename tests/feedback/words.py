"""What people do with feedback, in words of GraphQL."""

from typing import Final

FEEDBACK: Final = """
fragment Said on Feedback {
  id rating comment reply hiddenAt createdAt author { name } mentor { id } booking { id }
}
"""
LEAVE: Final = f"""
mutation ($input: LeaveFeedbackInput!) {{
  leaveFeedback(input: $input) {{
    feedback {{ ...Said }} userErrors {{ code field message ... on StateError {{ currentStatus viewerCan }} }}
  }}
}}
{FEEDBACK}
"""
REPLY: Final = f"""
mutation ($input: ReplyToFeedbackInput!) {{
  replyToFeedback(input: $input) {{ feedback {{ ...Said }} userErrors {{ code field message }} }}
}}
{FEEDBACK}
"""
